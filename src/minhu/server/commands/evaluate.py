"""`minhu evaluate TASK`: one interface for every figure; the last line printed is one JSON object.

Exit codes: 0 it ran, 2 bad input (one clear message on standard error).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from minhu.language.types import Urgency
from minhu.server.commands.evaluate_engine import Asking, Engine, EngineOption
from minhu.server.tables import BadFile, Row, read_table, row_text, wanted_columns

if TYPE_CHECKING:
    from minhu.server.commands.evaluate_senses import Judging

TrainFiles = Annotated[
    list[Path] | None, typer.Option("--train", help="CSV with title, body, category or words, category.")
]
MoreFiles = Annotated[list[Path] | None, typer.Argument(metavar="[CSV…]", help="Further training files.")]
Details = Annotated[bool, typer.Option("--details", help="Also print every row that went wrong.")]
EmbeddingsOption = Annotated[
    bool, typer.Option("--embeddings/--no-embeddings", help="With the second opinion by meaning, where it runs.")
]
SensesOption = Annotated[Path | None, typer.Option("--senses", help="Folder of another second opinion.")]


_TASKS: Final = (
    ("personal-data", "personal", "personal_data"), ("emotion", "language", "emotion"), ("feelings", "language", "feelings"),
    ("dialect", "language", "dialect"), ("elements", "elements", "elements"), ("dispatch", "dispatch", "dispatch"),
    ("levels", "levels", "levels"), ("crosswalk", "crosswalk", "crosswalk"), ("new-types", "new_types", "new_types"),
    ("fields", "fields", "fields"), ("duplicates", "duplicates", "duplicates"), ("answers", "answers", "answers"),
    ("dialogues", "dialogues", "dialogues"), ("bulletins", "bulletins", "bulletins"), ("talks", "talks", "talks"),
    ("forms", "forms", "forms"), ("contradictions", "contradictions", "contradictions"),
    ("warnings", "warnings", "warnings"),
)  # fmt: skip
"""Tasks of other files: the command, the end of its module's name, its function."""


def register(app: typer.Typer) -> None:
    """Add `minhu evaluate` with its tasks."""
    group = typer.Typer(name="evaluate", help="Measure one task on a file 测量一项能力.", no_args_is_help=True)
    for task in (categories, urgency, places, intake):
        group.command(task.__name__)(task)
    for name, module, function in _TASKS:
        group.command(name)(getattr(import_module(f"minhu.server.commands.evaluate_{module}"), function))
    app.add_typer(group)


def categories(
    test: Annotated[Path, typer.Option("--test", help="CSV of the same columns.")],
    train: TrainFiles = None,
    more: MoreFiles = None,
    without_seen: Annotated[
        bool, typer.Option("--without-seen", help="Leave out training rows whose text is also in the test file.")
    ] = False,
    engine: EngineOption = Engine.EMBEDDED,
) -> None:
    """Train on some files, predict another: accuracy, macro-F1, coverage, calibration, speed; also without seen rows."""
    files = [*(train or []), *(more or [])]
    if not files:
        fail("请用 --train 给出至少一个训练文件")
    try:
        rows = [row for file in files for row in labelled(file)]
        asked = labelled(test)
    except BadFile as error:
        fail(str(error))
    from minhu.language import measures
    from minhu.language.categories import ModelError
    from minhu.language.subject_training import train_subjects as fit

    if without_seen:
        leaks = measures.shared_with([text for text, _ in rows], [text for text, _ in asked])
        rows = [row for row, leak in zip(rows, leaks, strict=True) if not leak]
    begun = time.perf_counter()
    try:
        model = fit(rows, version="evaluation")
    except ModelError as error:
        fail(str(error))
    spent = time.perf_counter() - begun
    asking = _asking(engine)
    figures = category_figures(model, rows, asked, asking)
    show(
        "categories",
        {
            "rows_train": len(rows),
            "rows_test": len(asked),
            "train_seconds": round(spent, 1),
            **figures,
            **asking.figures(),
        },
    )


def category_figures(
    model: object, rows: Sequence[tuple[str, str]], asked: Sequence[tuple[str, str]], asking: Asking | None = None
) -> dict[str, float]:
    """All figures of a category model on ``asked``; ``rows`` (its training rows) tell which of them it had seen.

    ``asking``: another engine than the embedded one, which chooses from the model's ranking.
    """
    import numpy as np

    from minhu.language import measures
    from minhu.language.categories import CategoryModel

    if not isinstance(model, CategoryModel):
        raise TypeError("a CategoryModel is needed")
    texts, wanted = [text for text, _ in asked], [label for _, label in asked]
    model.predict("", texts[0])
    begun = time.process_time()
    choose = asking or Asking(Engine.EMBEDDED)
    ranked = [choose.category(text, model.predict("", text)) for text in texts]
    spent = (time.process_time() - begun) * 1000 / len(texts)
    got = [one.value for one in ranked]
    confidence = np.array([one.probability for one in ranked])
    correct = np.array([one == other for one, other in zip(got, wanted, strict=True)])
    fresh = np.nonzero(~measures.already_seen([text for text, _ in rows], texts))[0]
    unseen = [wanted[at] for at in fresh], [got[at] for at in fresh]
    return {
        "accuracy": round(measures.accuracy(wanted, got), 4),
        "macro_f1": round(measures.macro_f1(wanted, got), 4),
        "coverage_at_95": round(measures.coverage_at(correct, confidence, 0.95), 4),
        "coverage_at_98": round(measures.coverage_at(correct, confidence, 0.98), 4),
        "ece": round(measures.calibration_error(correct, confidence), 4),
        "ms_per_message": round(spent, 3),
        "rows_seen_in_training": len(texts) - len(fresh),
        "accuracy_unseen": round(measures.accuracy(*unseen), 4),
        "macro_f1_unseen": round(measures.macro_f1(*unseen), 4),
    }


def urgency(
    cases: Annotated[Path, typer.Option("--cases", help="CSV: text, life_danger (0/1).")],
    details: Details = False,
    engine: EngineOption = Engine.EMBEDDED,
    embeddings: EmbeddingsOption = True,
    senses: SensesOption = None,
) -> None:
    """Recall and precision of life danger, with the misses."""
    rows = read(cases, ("text", "life_danger"))
    wrong = [number for number, row in enumerate(rows, 2) if row["life_danger"].strip() not in ("0", "1")]
    if wrong:
        fail(f"{cases.name} 第 {wrong[0]} 行的 life_danger 应为 0 或 1")
    from minhu.language.urgency import assess

    judging = _judging(embeddings, senses)
    judging.danger(rows[0]["text"], assess(rows[0]["text"]))
    begun = time.process_time()
    got = [judging.danger(row["text"], assess(row["text"])) for row in rows]
    spent = (time.process_time() - begun) * 1000 / max(len(rows), 1)
    asking = _asking(engine)
    got = [
        replace(one, life_danger=asking.danger(row["text"], one.life_danger))
        for row, one in zip(rows, got, strict=True)
    ]
    pairs = [(row, one, row["life_danger"].strip() == "1") for row, one in zip(rows, got, strict=True)]
    found = sum(one.life_danger and danger for _, one, danger in pairs)
    missed = [row["text"] for row, one, danger in pairs if danger and not one.life_danger]
    false = [row["text"] for row, one, danger in pairs if one.life_danger and not danger]
    if details:
        for kind, texts in (("漏报", missed), ("误报", false)):
            for text in texts:
                typer.echo(f"{kind}：{text[:80]}")
    show(
        "urgency",
        {
            "rows": len(rows), "recall": ratio(found, found + len(missed)), "precision": ratio(found, found + len(false)),
            "misses": len(missed), "false_alarms": len(false), **_service_figures(pairs), "ms_per_message": round(spent, 3), **asking.figures(), **judging.figures(),
        },
    )  # fmt: skip


def _service_figures(pairs: Sequence[tuple[Row, Urgency, bool]]) -> dict[str, float]:
    """Of the dangers found whose ``service`` column names services (119+120): first one right, all of them named."""
    known = [
        (set(row["service"].split("+")), one) for row, one, danger in pairs
        if danger and one.life_danger and row.get("service", "").strip()
    ]  # fmt: skip
    if not known:
        return {}
    first = sum(one.hand_over in wanted for wanted, one in known)
    return {
        "service_right": ratio(first, len(known)),
        "services_all_named": ratio(sum(wanted <= set(one.services) for wanted, one in known), len(known)),
    }


def places(
    cases: Annotated[Path, typer.Option("--cases", help="CSV: text, home, area_code (empty: one must ask).")],
    divisions: Annotated[Path, typer.Option("--divisions", help="JSON: nested provinces, cities, counties, streets.")],
    details: Details = False,
    engine: EngineOption = Engine.EMBEDDED,
) -> None:
    """Areas found rightly, wrongly without asking, and handed back with a question."""
    rows = read(cases, ("text", "home", "area_code"))
    from minhu.language.gazetteer import Gazetteer
    from minhu.language.places import determined, locate

    try:
        gazetteer = Gazetteer.from_divisions(json.loads(divisions.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        fail(f"无法读取行政区划文件 {divisions.name}：{error}")
    begun = time.perf_counter()
    got = [determined(locate(row["text"], row["home"].strip(), gazetteer), gazetteer) for row in rows]
    spent = (time.perf_counter() - begun) * 1000 / max(len(rows), 1)
    asking = _asking(engine)
    for at, row in enumerate(rows):
        if said := asking.place_words(row["text"], got[at]):
            got[at] = determined(locate(said, row["home"].strip(), gazetteer), gazetteer) or got[at]
    right = wrong = asked = missed = 0
    for row, code in zip(rows, got, strict=True):
        wanted = row["area_code"].strip()
        right += code == wanted
        wrong += code not in ("", wanted)
        asked += code == "" and wanted == ""
        missed += code == "" and wanted != ""
        if details and code != wanted:
            typer.echo(f"应为 {wanted or '询问'}，得到 {code or '询问'}：{row['text'][:80]}")
    total = len(rows)
    show(
        "places",
        {
            "rows": total, "right": ratio(right, total), "wrong_silently": ratio(wrong, total),
            "ambiguous_asked": ratio(asked, asked + sum(row["area_code"].strip() == "" and code != "" for row, code in zip(rows, got, strict=True))),
            "asked_needlessly": ratio(missed, total), "ms_per_message": round(spent, 3), **asking.figures(),
        },
    )  # fmt: skip


def intake(
    cases: Annotated[Path, typer.Option("--cases", help="CSV: text, class.")],
    details: Details = False,
    engine: EngineOption = Engine.EMBEDDED,
    embeddings: EmbeddingsOption = True,
    senses: SensesOption = None,
) -> None:
    """Accuracy and macro-F1 of the intake class."""
    rows = read(cases, ("text", "class"))
    from minhu.language import measures
    from minhu.language.intake_class import classify
    from minhu.language.types import IntakeClass

    known = {str(one) for one in IntakeClass}
    for number, row in enumerate(rows, 2):
        if row["class"].strip() not in known:
            fail(f"{cases.name} 第 {number} 行的 class “{row['class']}” 不在 {'、'.join(sorted(known))} 之中")
    judging = _judging(embeddings, senses)
    judging.intake(rows[0]["text"], classify(rows[0]["text"]))
    begun = time.process_time()
    read_as = [judging.intake(row["text"], classify(row["text"])) for row in rows]
    spent = (time.process_time() - begun) * 1000 / max(len(rows), 1)
    asking = _asking(engine)
    got = [asking.intake(row["text"], one.value, one.confidence) for row, one in zip(rows, read_as, strict=True)]
    wanted = [row["class"].strip() for row in rows]
    if details:
        for row, one in zip(rows, got, strict=True):
            if one != row["class"].strip():
                typer.echo(f"应为 {row['class']}，得到 {one}：{row['text'][:80]}")
    show(
        "intake",
        {
            "rows": len(rows), "accuracy": round(measures.accuracy(wanted, got), 4),
            "macro_f1": round(measures.macro_f1(wanted, got), 4), "ms_per_message": round(spent, 3), **asking.figures(), **judging.figures(),
        },
    )  # fmt: skip


def _asking(engine: Engine) -> Asking:
    try:
        return Asking.of(engine)
    except ValueError as error:
        fail(str(error))


def _judging(wanted: bool, folder: Path | None) -> Judging:
    from minhu.server.commands.evaluate_senses import Judging

    return Judging.of(wanted, folder)


def labelled(file: Path) -> list[tuple[str, str]]:
    """(text, category) rows of a file with title, body, category or words, category."""
    rows = read_table(file)
    wanted_columns(file, rows, ("category",))
    if "words" not in rows[0] and "body" not in rows[0]:
        raise BadFile(f"{file.name} 缺少列：要么有 words，要么有 title 与 body")
    found = [(row_text(row), row["category"].strip()) for row in rows]
    found = [(text, label) for text, label in found if text.strip() and label]
    if not found:
        raise BadFile(f"{file.name} 没有一行同时有文字和类别")
    return found


def read(file: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a case file, or exit 2."""
    try:
        rows = read_table(file)
        wanted_columns(file, rows, columns)
    except BadFile as error:
        fail(str(error))
    return rows


def ratio(part: int, whole: int) -> float:
    """A share rounded to four digits; 1 when there was nothing to find."""
    return round(part / whole, 4) if whole else 1.0


def show(task: str, figures: Mapping[str, object]) -> None:
    """A small table and the same figures as one JSON line."""
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        typer.echo(f"{name:<{width}}  {value}")
    typer.echo(json.dumps({"task": task, **figures}, ensure_ascii=False))


def fail(message: str) -> NoReturn:
    """One message on standard error, exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(2)
