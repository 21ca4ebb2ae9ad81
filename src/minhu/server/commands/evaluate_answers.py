"""`minhu evaluate answers` and `minhu train answers`: questions to papers, on any files of the shape."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, show
from minhu.server.tables import BadFile

if TYPE_CHECKING:
    from minhu.engines.embedding.types import Embedder
    from minhu.language.answers.answering import Eyes
    from minhu.language.answers.measures import Asked
    from minhu.language.answers.model import AnswerModel
    from minhu.language.answers.nearness import Floats
    from minhu.language.answers.store import MemoryStore
    from minhu.language.answers.training import Collection
    from minhu.language.papers.types import Paper

Documents = Annotated[
    Path | None, typer.Option("--documents", help="JSON lines: docid, text. Default: the demo city's papers.")
]
Questions = Annotated[
    list[Path] | None,
    typer.Option(
        "--questions",
        help="JSON lines: question, docid, answer; without docid: no answer there. Without --documents they are put to the demo city's papers.",
    ),
]


class Half(StrEnum):
    """Which questions are asked: all, or one of the halves by their hash."""

    ALL = "all"
    DEVELOPMENT = "development"
    HELD_OUT = "held-out"


Meaning = Annotated[
    bool, typer.Option("--meaning/--words-only", help="Also go by the vectors of the embedder inside the house.")
]
VectorFile = Annotated[
    Path | None, typer.Option("--vectors", help="Where vectors of papers are kept between runs (.npz).")
]


HalfOption = Annotated[Half, typer.Option("--half", help="All questions, or one half of them by their hash.")]


@dataclass
class _Tally:
    """What is counted over the questions."""

    ranks: list[int] = field(default_factory=list)
    f1: list[float] = field(default_factory=list)
    f1_ungated: list[float] = field(default_factory=list)
    f1_first: list[float] = field(default_factory=list)
    f1_sentence: list[float] = field(default_factory=list)
    answered: int = 0
    clauses: list[tuple[bool, bool]] = field(default_factory=list)
    said: int = 0
    held: int = 0
    right: int = 0
    sure: list[float] = field(default_factory=list)
    unsure: list[float] = field(default_factory=list)
    refused: int = 0
    cells: list[tuple[bool, bool, bool]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def answers(
    documents: Documents = None,
    questions: Questions = None,
    half: HalfOption = Half.ALL,
    model: Annotated[
        Path | None, typer.Option("--model", help="A model folder; the one that ships when left out.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Also ask each question with the papers that answer it taken away.")
    ] = False,
    exported: Annotated[
        Path | None,
        typer.Option("--set", help="An evaluation set with its papers, as its page exports it (JSON lines)."),
    ] = None,
    than: Annotated[
        Path | None,
        typer.Option(
            "--than", help="Another model folder to compare with; exit code 1 when too many right answers are lost."
        ),
    ] = None,
    may_lose: Annotated[
        float,
        typer.Option("--may-lose", min=0.0, max=1.0, help="Share of the other model's right answers that may be lost."),
    ] = 0.0,
    meaning: Meaning = False,
    vectors: VectorFile = None,
    details: Details = False,
) -> None:
    """Recall of the right paper, the right clause, F1 of the answer, citations that hold, refusals where no paper answers,
    cells of tables, speed."""
    from minhu.language.answers.store import MemoryStore, sheets_of

    papers, asked = _read(documents, questions, half, exported)
    weights = _model(model, meaning)
    eyes, seen = _eyes(weights, papers, vectors) if meaning else (None, None)
    begun = time.process_time()
    store = MemoryStore(sheets_of(papers, seen))
    indexed = time.process_time() - begun
    tally, tested = _Tally(), _Tested(papers, store, weights, eyes)
    for one in asked:
        _ask(one, tested, tally, details)
    figures: dict[str, object] = {
        "documents": len(papers), "passages": store.passages, "questions": len(asked), "half": half.value,
        **_figures(tally), "index_seconds": round(indexed, 2),
    }  # fmt: skip
    if removed:
        figures |= _removed(asked, tested, tally.sure)
    if than:
        figures |= _compared(asked, tested, _model(than, False))
    show("answers", figures)
    if than and int(str(figures["lost"])) > may_lose * int(str(figures["right_than"])):
        raise typer.Exit(1)


def train_answers(
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    documents: Documents = None,
    questions: Questions = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Also learn from the demo city's questions.")] = True,
    demo_questions: Annotated[
        list[Path] | None, typer.Option("--demo-questions", help="Further questions to the demo city's papers.")
    ] = None,
    half: HalfOption = Half.DEVELOPMENT,
    meaning: Meaning = False,
    vectors: VectorFile = None,
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
) -> None:
    """Learn the weights of answering from questions with their answers; by default from one half of them."""
    from minhu.kernel import clock
    from minhu.language.answers.training import train
    from minhu.language.categories import ModelError
    from minhu.server.commands.answer_vectors import embed_with, embedder_inside

    sets = [_read(documents, questions, half)] if documents else []
    if demo or not sets:
        papers, asked = _read(None, None, half)
        sets.append((papers, [*asked, *(_read(None, demo_questions, half)[1] if demo_questions else [])]))
    embedder = embedder_inside() if meaning else None
    sources = [*(file.name for file in (documents, *(questions or ())) if file), *(["demo city"] if demo else [])]
    try:
        made = train(
            _collections(sets, embedder, vectors), version=name, sources=sources,
            date=clock.now().date().isoformat(), embed=embed_with(embedder) if embedder else None,
            maker=embedder.maker if embedder else "",
        )  # fmt: skip
        made.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    show("train answers", {"model": out.name, **made.card, "threshold": made.threshold})


@dataclass(frozen=True)
class _Tested:
    """What is asked: papers, the store over them, who answers."""

    papers: Mapping[str, Paper]
    store: MemoryStore
    model: AnswerModel
    eyes: Eyes | None


def _collections(
    sets: Sequence[tuple[dict[str, Paper], list[Asked]]], embedder: Embedder | None, file: Path | None
) -> list[Collection]:
    """Collections to learn from; with an embedder the last (the demo city's, or the only one) gets its vectors."""
    from minhu.language.answers.training import Collection
    from minhu.server.commands.answer_vectors import vectors_of

    last = len(sets) - 1
    return [
        Collection(papers, asked, vectors_of(papers, embedder, file) if embedder and at == last else None)
        for at, (papers, asked) in enumerate(sets)
    ]


def _eyes(model: AnswerModel, papers: Mapping[str, Paper], file: Path | None) -> tuple[Eyes, Mapping[str, Floats]]:
    """Who answers by meaning, and the vectors of the papers."""
    from minhu.language.answers.answering import Eyes
    from minhu.server.commands.answer_vectors import embed_with, embedder_inside, vectors_of

    embedder = embedder_inside()
    if model.sight is None or model.sight.maker != embedder.maker:
        fail("这个问答模型不是按本机的语义向量训练的，请去掉 --meaning，或用 minhu train answers --meaning 重新训练")
    return Eyes(model, embed_with(embedder)), vectors_of(papers, embedder, file)


def _read(
    documents: Path | None, questions: Sequence[Path] | None, half: Half, exported: Path | None = None
) -> tuple[dict[str, Paper], list[Asked]]:
    from minhu.server.jsonl import half_of, read_papers, read_questions, read_set

    if exported is not None:
        if documents or questions:
            fail("--set 已含文件和题目，请不要同时给出 --documents 或 --questions")
        try:
            papers, asked = read_set(exported)
        except BadFile as error:
            fail(str(error))
        return papers, [one for one in asked if half is Half.ALL or half_of(one.words) == half.value]

    if documents and not questions:
        fail("给出 --documents 时请同时给出 --questions")
    try:
        papers, asked = _demo() if documents is None else (read_papers(documents), [])
        asked = [one for file in questions for one in read_questions(file, papers)] if questions else asked
    except BadFile as error:
        fail(str(error))
    asked = [one for one in asked if half is Half.ALL or half_of(one.words) == half.value]
    if not asked:
        fail("没有可问的问题")
    return papers, asked


def _demo() -> tuple[dict[str, Paper], list[Asked]]:
    """The demo city's valid papers and its questions; a follow-up is asked in its completed form."""
    from minhu.kernel import clock
    from minhu.language.answers.followups import rewrite
    from minhu.language.answers.measures import Asked
    from minhu.language.papers.cutting import cut
    from minhu.server.demo import papers as city

    today = clock.now().date()
    questions = city.questions(today)
    asked_about = {one.document for one in questions}
    papers = {
        one.stem: cut(city.blocks(one), one.title)
        for one in city.papers(today)
        if one.valid(today) or one.stem in asked_about
    }
    asked = [
        Asked(
            rewrite([one.earlier] if one.earlier else [], one.question).words,
            one.document,
            one.answer,
            one.kind,
            one.clause,
        )
        for one in questions
    ]
    return papers, asked


def _model(folder: Path | None, meaning: bool) -> AnswerModel:
    from minhu.language.answers.model import AnswerModel, default_model, seeing_model
    from minhu.language.categories import ModelError

    try:
        if folder is not None:
            return AnswerModel.load(folder)
        return seeing_model() if meaning else default_model()
    except ModelError as error:
        fail(str(error))


def _ask(asked: Asked, tested: _Tested, tally: _Tally, details: bool) -> None:
    from minhu.language.answers import measures
    from minhu.language.answers.answering import answer

    begun = time.process_time()
    got, reading = answer(asked.words, tested.store, tested.model, eyes=tested.eyes)
    tally.milliseconds.append((time.process_time() - begun) * 1000)
    if not asked.key:
        tally.unsure.append(got.confidence)
        tally.refused += got.not_found is not None
        if details and got.not_found is None:
            typer.echo(f"不应答：{asked.words[:80]} → {got.text[:80]}")
        return
    tally.ranks.append(measures.rank_of(asked.key, reading.ranked))
    tally.sure.append(got.confidence)
    tally.clauses.append((measures.reads_right(asked, reading), measures.answers_right(got, asked, reading)))
    tally.f1.append(measures.character_f1(got.text, asked.answer))
    tally.f1_ungated.append(measures.character_f1(reading.evidence.words if reading.evidence else "", asked.answer))
    first, sentence = measures.baselines(reading.ranked, reading.rarity)
    tally.f1_first.append(measures.character_f1(first, asked.answer))
    tally.f1_sentence.append(measures.character_f1(sentence, asked.answer))
    if got.not_found is None:
        tally.answered += 1
        tally.said += 1
        tally.held += measures.citations_hold(got, tested.papers)
        tally.right += measures.cites_right(got, asked, tested.papers)
    if asked.kind == measures.TABLE_CELL:
        row, cell = measures.row_and_cell(asked, reading)
        tally.cells.append((row, cell, cell and got.not_found is None))
    if details and tally.f1[-1] < 0.3:
        typer.echo(f"{asked.words[:80]} → {got.text[:80] or got.not_found}；应为 {asked.answer[:80]}")


def _compared(asked: Sequence[Asked], tested: _Tested, other: AnswerModel) -> dict[str, object]:
    """Which questions this model gets right and the other not, and the other way round; the lost ones are printed.

    The other one goes by words.
    """
    right, before = [[_right(one, each) for one in asked] for each in (tested, replace(tested, model=other, eyes=None))]
    lost = [one.words for one, new, old in zip(asked, right, before, strict=True) if old and not new]
    for words in lost:
        typer.echo(f"丢失：{words[:120]}")
    gained = sum(new and not old for new, old in zip(right, before, strict=True))
    return {"right": sum(right), "right_than": sum(before), "lost": len(lost), "gained": gained}


def _right(one: Asked, tested: _Tested) -> bool:
    """As runs in the house grade it (`knowledge.domain.grading`): refused where nothing answers, else cited and said."""
    from minhu.language.answers import measures
    from minhu.language.answers.answering import answer
    from minhu.language.answers.support import bare

    got, _reading = answer(one.words, tested.store, tested.model, eyes=tested.eyes)
    if not one.key:
        return got.not_found is not None
    if got.not_found is not None or not measures.cites_right(got, one, tested.papers):
        return False
    if not one.answer:
        return any(cited.label == one.clause for cited in got.citations)
    same = measures.character_f1(got.text, one.answer) >= measures.SAME_ANSWER
    return same or bare(one.answer) in bare(got.text)


def _figures(tally: _Tally) -> dict[str, object]:
    """The figures of one run; what nothing was asked for is null."""
    import numpy as np

    found = [rank for rank in tally.ranks if rank]
    asked, without = len(tally.ranks), len(tally.unsure)

    def mean(values: Sequence[float]) -> float | None:
        return round(sum(values) / len(values), 4) if values else None

    def share(at: int) -> float | None:
        return ratio(sum(one[at] for one in tally.cells), len(tally.cells)) if tally.cells else None

    def within(depth: int) -> float | None:
        return ratio(sum(rank <= depth for rank in found), asked) if asked else None

    return {
        "answerable": asked, "unanswerable": without,
        "recall_at_1": within(1), "recall_at_5": within(5), "recall_at_10": within(10),
        "mrr": mean([1 / rank if rank else 0.0 for rank in tally.ranks]),
        "answer_f1": mean(tally.f1), "answer_f1_if_never_refused": mean(tally.f1_ungated),
        "answer_f1_first_sentence": mean(tally.f1_first), "answer_f1_bm25_sentence": mean(tally.f1_sentence),
        "answered": ratio(tally.answered, asked) if asked else None,
        "answered_by_the_right_clause": ratio(sum(one for _, one in tally.clauses), asked) if asked else None,
        "right_clause_if_never_refused": ratio(sum(one for one, _ in tally.clauses), asked) if asked else None,
        "citation_precision": ratio(tally.held, tally.said) if tally.said else None,
        "citation_of_asked_paper": ratio(tally.right, tally.said) if tally.said else None,
        "refusal_recall": ratio(tally.refused, without) if without else None,
        "cells_asked": len(tally.cells), "cells_right_row": share(0), "cells_right_if_never_refused": share(1),
        "cells_right": share(2), "ms_p95": round(float(np.percentile(tally.milliseconds, 95)), 1),
    }  # fmt: skip


def _removed(asked: Sequence[Asked], tested: _Tested, sure: Sequence[float]) -> dict[str, object]:
    """The same questions without the papers that answer them; where another paper says the same, nothing is to refuse."""
    from minhu.language.answers import measures
    from minhu.language.answers.answering import answer

    copies = measures.Copies(tested.papers)
    unsure, refused, same = [], 0, 0
    for one in asked:
        if not one.key:
            continue
        got, reading = answer(one.words, tested.store.without(copies.of(one)), tested.model, eyes=tested.eyes)
        said = reading.evidence.words if reading.evidence else ""
        if measures.character_f1(said, one.answer) >= measures.SAME_ANSWER:
            same += 1
            continue
        unsure.append(got.confidence)
        refused += got.not_found is not None
    return {
        "removed_asked": len(unsure), "removed_said_by_others": same,
        "removed_refusal_recall": ratio(refused, len(unsure)), "removed_roc_area": round(measures.roc_area(sure, unsure), 4),
    }  # fmt: skip
