"""`minhu evaluate contradictions`: the figures that are promised, and one clear message on a bad file."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from minhu.server.cli import build


def _run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(build(), ["evaluate", "contradictions", *[str(word) for word in words]])
    return done.exit_code, done.output


def test_four_of_five_planted_contradictions_are_found_and_at_most_one_of_five_pairs_is_none() -> None:
    code, said = _run("--seed", "7")
    assert code == 0, said
    figures = json.loads(said.strip().splitlines()[-1])
    assert (figures["planted"], figures["by_hand"]) == (40, 8)
    assert figures["recall_planted"] >= 0.8
    assert figures["precision"] >= 0.8
    assert figures["by_hand_found"] >= 2


def test_a_bad_file_is_told_in_one_message(tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    file.write_text('{"docid": "a"}\n', encoding="utf-8")
    code, said = _run("--documents", file)
    assert code == 2
    assert "第 1 行" in said
