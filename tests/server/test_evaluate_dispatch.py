"""`minhu evaluate dispatch`: whether the first dispatch is right is measured the same way on any city's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from minhu.server.cli import build

CASES = Path(__file__).parents[1] / "directory" / "data" / "dispatch_cases.csv"
HEAD = "text,category,area,unit,returned_by,day\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["evaluate", "dispatch", *arguments])


def figures(*arguments: str) -> dict[str, float]:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, float] = json.loads(done.output.splitlines()[-1])
    return found


def test_handwritten_cases_are_right_by_the_books() -> None:
    found = figures("--cases", str(CASES))
    assert found["rows"] >= 100
    assert found["with_duties_top1"] >= 0.97
    assert found["with_duties_top1"] > found["catalogue_top1"], "the duty list knows what the catalogue does not"


def test_what_became_of_like_orders_makes_first_dispatches_better_in_a_year() -> None:
    found = figures("--orders", "3000", "--seed", "5")
    assert found["with_history_top1"] > found["with_duties_top1"] >= found["catalogue_top1"]
    assert found["with_history_top3"] > found["with_history_top1"]
    assert found["with_history_ece"] <= 0.06
    assert found == {
        **figures("--orders", "3000", "--seed", "5"),
        **{k: v for k, v in found.items() if k.endswith("_ms")},
    }


def test_a_history_file_teaches(tmp_path: Path) -> None:
    words = "夜里公园水泵一直响"
    asked = tmp_path / "asked.csv"
    asked.write_text(HEAD + f"{words},0801020201,990102,990102-ZJ,,400\n", "utf-8")
    past = tmp_path / "past.csv"
    past.write_text(
        HEAD + "".join(f"{words},0801020201,990102,990102-ZJ,990102-HJ,{n}\n" for n in range(380, 390)), "utf-8"
    )
    found = figures("--cases", str(asked), "--history", str(past))
    assert (found["with_duties_top1"], found["with_history_top1"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("水,999999,990102,CG,,", "分类"),
        ("水,130101,990102,没有这个单位,,", "单位"),
        ("水,130101,990102,GS,XX,", "单位"),
        ("水,130101,990102,GS,,昨天", "day"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, words: str) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(HEAD + row + "\n", "utf-8")
    done = run("--cases", str(file))
    assert done.exit_code == 2
    assert "第 2 行" in done.output
    assert words in done.output


@pytest.mark.parametrize("content", ["", "[]", "{", '{"areas": [{"code": 1}]}'])
def test_broken_books_are_refused_in_words(tmp_path: Path, content: str) -> None:
    for name in ("areas", "units", "categories", "catalogue"):
        (tmp_path / f"{name}.json").write_text(content, "utf-8")
    done = run("--books", str(tmp_path), "--cases", str(CASES))
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_simulated_year_is_the_demo_citys_only(tmp_path: Path) -> None:
    done = run("--books", str(tmp_path))
    assert done.exit_code == 2
    assert "--cases" in done.output
