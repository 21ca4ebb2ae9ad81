"""`minhu train TASK`: versioned models with a card, from a city's own labelled files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from minhu.server.commands.evaluate import category_figures, fail, labelled, read
from minhu.server.commands.evaluate_answers import train_answers
from minhu.server.commands.evaluate_duplicates import train_matters
from minhu.server.commands.evaluate_language import train_posts
from minhu.server.commands.evaluate_senses import train_senses
from minhu.server.tables import BadFile

_HELD_OUT = 5
_ORDINARY_LENGTH = 60
# More ordinary titles would outweigh the few hundred sentences of the other classes.
_ORDINARY_TITLES = 400
# So many cries for help, and as many of what only sounds like one, evenly from all; more would drown the other classes.
_CRIES = 120


def register(app: typer.Typer) -> None:
    """Add `minhu train` with its tasks."""
    group = typer.Typer(name="train", help="Train a model on the city's own files 训练模型.", no_args_is_help=True)
    group.callback()(_group)
    group.command("categories")(categories)
    group.command("urgency")(urgency)
    group.command("services")(services)
    group.command("intake")(intake_classes)
    group.command("senses")(train_senses)
    group.command("emotion")(train_posts)
    group.command("matters")(train_matters)
    group.command("answers")(train_answers)
    app.add_typer(group)


def _group() -> None:
    """Train a model on the city's own files 训练模型."""


def categories(
    files: Annotated[
        list[Path], typer.Argument(metavar="CSV…", help="Columns title, body, category or words, category.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the models; a sub-folder per version is made.")],
    name: Annotated[str, typer.Option("--name", help="Version; made from the date and the data when left out.")] = "",
    measure: Annotated[bool, typer.Option("--measure/--no-measure", help="Also measure on a fifth held out.")] = True,
) -> None:
    """Make a calibrated category model: model.npz (numbers only, no text) and card.json."""
    try:
        rows = [row for file in files for row in labelled(file)]
    except BadFile as error:
        fail(str(error))
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.subject_training import train_subjects

    today = clock.now().date().isoformat()
    digest = hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()
    version = name or f"{today.replace('-', '.')}-{digest[:8]}"
    try:
        figures = _held_out_figures(rows, subjects=True) if measure else {}
        model = train_subjects(
            rows, version=version, sources=[file.name for file in files], date=today, figures=figures
        )
        folder = model.save(out / f"categories-{version}")
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    for key, value in {"模型": folder.name, "版本": version, "行数": model.card["rows"], **figures}.items():
        typer.echo(f"{key}  {value}")
    result = {"task": "categories", "model": str(folder), "version": version, "rows": model.card["rows"], **figures}
    typer.echo(json.dumps(result, ensure_ascii=False))


def urgency(
    files: Annotated[list[Path], typer.Argument(metavar="CSV…", help="Columns text, life_danger (0/1).")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    ordinary: Annotated[list[Path] | None, typer.Option("--ordinary", help="Ordinary messages: title, body.")] = None,
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
    intake: Annotated[
        list[Path] | None, typer.Option("--intake", help="Intake cases: text, class; all but emergencies are ordinary.")
    ] = None,
) -> None:
    """Make the learnt part of the life-danger check; the rules stay in force beside it."""
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.training import train

    cases = [row for file in files for row in read(file, ("text", "life_danger"))]
    rows = [(row["text"], "danger" if row["life_danger"].strip() == "1" else "normal") for row in cases]
    for file in ordinary or []:
        for row in read(file, ("title", "body")):
            rows += [(row["title"], "normal"), (row["body"][:_ORDINARY_LENGTH], "normal")]
    for file in intake or []:
        cases = read(file, ("text", "class"))
        rows += [(row["text"], "normal") for row in cases if row["class"].strip() != "emergency"]
    sources = [file.name for file in (*files, *(ordinary or []), *(intake or []))]
    try:
        today = clock.now().date().isoformat()
        model = train(
            rows, version=name, sources=sources, date=today, figures=_held_out_figures(rows, bare=False), bare=False
        )
        model.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    typer.echo(json.dumps({"task": "urgency", "model": str(out), "version": name, "rows": model.card["rows"]}))


def services(
    files: Annotated[
        list[Path], typer.Argument(metavar="CSV…", help="Columns text, life_danger and, if known, service.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
) -> None:
    """Make the learnt part of the 110/119/120/122 choice; a dangerous row without a service takes its rule's."""
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.training import train
    from minhu.language.urgency import ruled_service

    cases = [row for file in files for row in read(file, ("text", "life_danger")) if row["life_danger"].strip() == "1"]
    said = [(row["text"], row.get("service", "").split("+")[0].strip() or ruled_service(row["text"])) for row in cases]
    wrong = sorted({service for _, service in said if service and service not in ("110", "119", "120", "122")})
    if wrong:
        fail(f"service 只能是 110、119、120、122 或用 + 连接，不能是 {'、'.join(wrong)}")
    rows = [(text, service) for text, service in said if service]
    try:
        model = train(
            rows, version=name, sources=[one.name for one in files], date=clock.now().date().isoformat(),
            figures=_held_out_figures(rows),
        )  # fmt: skip
        model.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    typer.echo(json.dumps({"task": "services", "model": str(out), "version": name, "rows": model.card["rows"]}))


def intake_classes(
    files: Annotated[list[Path], typer.Argument(metavar="CSV…", help="Columns text, class.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    ordinary: Annotated[list[Path] | None, typer.Option("--ordinary", help="Ordinary messages: title, body.")] = None,
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
    danger: Annotated[
        list[Path] | None, typer.Option("--danger", help="Cases text, life_danger: emergencies, and what is accepted.")
    ] = None,
) -> None:
    """Make the learnt part of the intake recommendation; it speaks where no rule does and checks what rules refuse."""
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.training import train

    rows = [(row["text"], row["class"].strip()) for file in files for row in read(file, ("text", "class"))]
    known = {label for _, label in rows}
    for file in ordinary or []:
        rows += [(row["title"], "accept") for row in read(file, ("title", "body"))[:_ORDINARY_TITLES]]
    asked = [row for file in danger or [] for row in read(file, ("text", "life_danger"))]
    for wanted, label in (("1", "emergency"), ("0", "accept")):
        found = [(row["text"], label) for row in asked if row["life_danger"].strip() == wanted]
        rows += found[:: max(1, len(found) // _CRIES)]
    try:
        model = train(
            rows, version=name, sources=[one.name for one in (*files, *(ordinary or []), *(danger or []))],
            date=clock.now().date().isoformat(), figures=_held_out_figures(rows, bare=False), bare=False,
        )  # fmt: skip
        model.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    typer.echo(
        json.dumps(
            {"task": "intake", "model": str(out), "version": name, "rows": model.card["rows"], "classes": len(known)}
        )
    )


def _held_out_figures(rows: list[tuple[str, str]], bare: bool = True, subjects: bool = False) -> dict[str, float]:
    """Figures of a model that has not seen the fifth it is judged on; empty when there is too little."""
    from minhu.language.categories import ModelError
    from minhu.language.subject_training import train_subjects
    from minhu.language.training import train

    distinct = sorted(set(rows))
    judged = [row for row in distinct if hashlib.sha256(row[0].encode()).digest()[0] % _HELD_OUT == 0]
    learnt = [row for row in distinct if hashlib.sha256(row[0].encode()).digest()[0] % _HELD_OUT]
    if len(judged) < 20:
        return {}
    try:
        model = train_subjects(learnt, version="held-out") if subjects else train(learnt, version="held-out", bare=bare)
        return category_figures(model, learnt, judged)
    except ModelError:
        return {}
