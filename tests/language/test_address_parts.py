"""An address is read into its parts, from a model that holds no text."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from minhu.language.address_parts import AddressParser, features, read_conll, spans, train
from minhu.server.cli import build

ROADS, ESTATES = ("清河路", "松岭大道", "梅岗街", "望溪路", "北津巷"), ("翠湖花园", "听涛苑", "云栖小区", "锦绣家园")


def _tagged(*parts: tuple[str, str]) -> str:
    lines = []
    for words, label in parts:
        tokens = [words] if words.isdigit() else list(words)
        lines += [f"{token} {'I' if at else 'B'}-{label}" for at, token in enumerate(tokens)]
    return "\n".join(lines) + "\n\n"


FILE = "".join(
    _tagged(("云溪市", "city"), (road, "road"), (str(number), "roadno"), (estate, "poi"), ("3", "houseno"))
    for road in ROADS for number, estate in enumerate(ESTATES, 11)
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("model") / "addresses.crf"
    train(read_conll(FILE.splitlines()), file, rounds=60)
    return file


def test_an_unseen_address_is_read_into_its_parts(model: Path) -> None:
    text = "云溪市听松路18翠竹花园7"
    found = {one.label: one.text for one in AddressParser(model).parse(text)}
    assert found == {"city": "云溪市", "road": "听松路", "roadno": "18", "poi": "翠竹花园", "houseno": "7"}
    assert all(text[one.span[0] : one.span[1]] == one.text for one in AddressParser(model).parse(text))
    assert AddressParser(model).parse("") == ()


def test_the_model_holds_no_text(model: Path) -> None:
    content = model.read_bytes()
    assert not any(word.encode() in content for word in (*ROADS, *ESTATES, "云溪", "清"))
    assert all(set(one) <= set("0123456789abcdef") for one in features(["清", "河", "路", "12"])[0])


def test_stray_tags_make_chunks() -> None:
    assert spans(["I-road", "I-road", "O", "B-poi", "I-road"]) == [(0, 2, "road"), (3, 4, "poi"), (4, 5, "road")]


@pytest.mark.parametrize("content", ["", "清 road\n", "清\n", "清 B-\n", "一 O\n\n"])
def test_a_broken_file_is_named_and_ends_with_two(tmp_path: Path, content: str) -> None:
    file = tmp_path / "train.txt"
    file.write_text(content, encoding="utf-8")
    answer = CliRunner().invoke(build(), ["evaluate", "fields", "--train", str(file), "--cases", str(file)])
    assert answer.exit_code == 2
    assert "train.txt" in answer.output or "标签" in answer.output


def test_figures_are_printed_for_two_files(tmp_path: Path) -> None:
    file = tmp_path / "train.txt"
    file.write_text(FILE, encoding="utf-8")
    answer = CliRunner().invoke(
        build(), ["evaluate", "fields", "--train", str(file), "--cases", str(file), "--rounds", "40"]
    )
    assert answer.exit_code == 0, answer.output
    assert '"f1": 1.0' in answer.output


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.crf"
    file.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="地址模型"):
        AddressParser(file)
