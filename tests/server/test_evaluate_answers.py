"""`minhu evaluate answers` and `minhu train answers`: figures on any files of the shape, one clear message on bad ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from minhu.server.cli import build

DATA = Path(__file__).parents[1] / "language" / "data" / "answers"


def _run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(build(), [str(word) for word in words])
    return done.exit_code, done.output


def _evaluate(documents: Path, *questions: Path, more: tuple[str, ...] = ()) -> tuple[int, str]:
    asked = [word for file in questions for word in ("--questions", str(file))]
    return _run("evaluate", "answers", "--documents", documents, *asked, *more)


def test_the_figures_are_printed_as_one_line() -> None:
    code, said = _evaluate(
        DATA / "documents.jsonl", DATA / "questions.jsonl", DATA / "unanswerable.jsonl", more=("--removed",)
    )
    assert code == 0, said
    figures = json.loads(said.strip().splitlines()[-1])
    assert figures["recall_at_1"] >= 0.9
    assert figures["recall_at_1"] <= figures["recall_at_5"] <= figures["recall_at_10"] <= 1
    assert (
        figures["answer_f1_if_never_refused"] > figures["answer_f1_bm25_sentence"] > figures["answer_f1_first_sentence"]
    )
    assert figures["citation_precision"] >= 0.95
    assert figures["refusal_recall"] >= 0.9
    assert figures["removed_refusal_recall"] >= 0.9
    assert figures["ms_p95"] > 0


def test_the_halves_share_no_question_and_miss_none() -> None:
    both = []
    for half in ("development", "held-out", "all"):
        _, said = _evaluate(DATA / "documents.jsonl", DATA / "questions.jsonl", more=("--half", half))
        both.append(json.loads(said.strip().splitlines()[-1])["questions"])
    assert both[0] + both[1] == both[2]
    assert min(both) > 0


@pytest.mark.parametrize(
    ("documents", "questions", "message"),
    [
        ("", '{"question": "问"}', "是空的"),
        ("not json", '{"question": "问"}', "第 1 行不是有效的 JSON"),
        ("[1]", '{"question": "问"}', "应为一个对象"),
        ('{"docid": "a"}', '{"question": "问"}', "缺少 text"),
        ('{"docid": "a", "text": 5}', '{"question": "问"}', "应为文字"),
        ('{"docid": "a", "text": "字"}\n{"docid": "a", "text": "字"}', '{"question": "问"}', "重复"),
        ('{"docid": "a", "text": "字"}', '{"question": "问", "docid": "b", "answer": "字"}', "不在文件集里"),
        ('{"docid": "a", "text": "字"}', '{"question": "问", "docid": "a"}', "没有 answer"),
        ('{"docid": "a", "text": "字"}', '{"question": " "}', "question 是空的"),
        ('{"docid": "a", "text": "字"}', '{"q": "问"}', "缺少 question"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(tmp_path: Path, documents: str, questions: str, message: str) -> None:
    (tmp_path / "d.jsonl").write_text(documents, encoding="utf-8")
    (tmp_path / "q.jsonl").write_text(questions, encoding="utf-8")
    code, said = _evaluate(tmp_path / "d.jsonl", tmp_path / "q.jsonl")
    assert code == 2
    assert message in said
    assert "Traceback" not in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    code, said = _evaluate(tmp_path / "none.jsonl", DATA / "questions.jsonl")
    assert code == 2
    assert "none.jsonl" in said


def test_without_files_the_demo_city_is_asked() -> None:
    code, said = _run("evaluate", "answers", "--half", "held-out")
    assert code == 0, said
    figures = json.loads(said.strip().splitlines()[-1])
    assert figures["documents"] > 150
    assert figures["questions"] > 250
    assert figures["answer_f1_if_never_refused"] > figures["answer_f1_bm25_sentence"]
    assert figures["citation_precision"] >= 0.95
    assert figures["refusal_recall"] >= 0.9
    assert figures["cells_right_row"] >= figures["cells_right_if_never_refused"] > 0.65


def test_papers_without_questions_are_refused() -> None:
    code, said = _run("evaluate", "answers", "--documents", DATA / "documents.jsonl")
    assert code == 2
    assert "同时给出 --questions" in said


def test_a_model_is_learnt_and_used(tmp_path: Path) -> None:
    files = ("--documents", DATA / "documents.jsonl", "--questions", DATA / "questions.jsonl")
    code, said = _run("train", "answers", *files, "--no-demo", "--out", tmp_path / "model")
    assert code == 2
    assert "至少要有 40 个有答案的问题" in said
    twice = tmp_path / "twice.jsonl"
    rows = (DATA / "questions.jsonl").read_text(encoding="utf-8")
    twice.write_text(rows + rows.replace("？", "呢？"), encoding="utf-8")
    code, said = _run(
        "train", "answers", "--documents", DATA / "documents.jsonl", "--questions", twice, "--questions",
        DATA / "unanswerable.jsonl", "--half", "all", "--no-demo", "--out", tmp_path / "model",
    )  # fmt: skip
    assert code == 0, said
    card = (tmp_path / "model" / "card.json").read_text(encoding="utf-8")
    assert "敬老卡" not in card
    shipped, own = (
        json.loads(_evaluate(DATA / "documents.jsonl", twice, more=more)[1].strip().splitlines()[-1])
        for more in ((), ("--model", str(tmp_path / "model")))
    )
    assert own["answer_f1_if_never_refused"] > own["answer_f1_bm25_sentence"]
    assert own["answer_f1_if_never_refused"] != shipped["answer_f1_if_never_refused"]
