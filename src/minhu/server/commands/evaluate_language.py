"""`minhu evaluate emotion|feelings|dialect` and `minhu train emotion`: how people feel and in which words they speak."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from minhu.server.commands.evaluate import fail, ratio, read, show

Pairs = list[tuple[str, str]]
Details = Annotated[bool, typer.Option("--details", help="Also print every row that went wrong.")]


def register(_app: typer.Typer) -> None:
    """Nothing of its own: `evaluate` and `train` add the tasks."""


def emotion(
    test: Annotated[Path, typer.Option("--test", help="JSON: a list of {content, label}.")],
    train: Annotated[list[Path] | None, typer.Option("--train", help="JSON files of the same shape.")] = None,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[JSON…]", help="Further training files.")] = None,
) -> None:
    """Train on posts with emotions, predict others: accuracy and macro-F1."""
    files = [*(train or []), *(more or [])]
    if not files:
        fail("请用 --train 给出至少一个训练文件")
    rows, asked = [row for file in files for row in posts(file)], posts(test)
    from minhu.language import measures
    from minhu.language.categories import ModelError
    from minhu.language.emotion import prepared
    from minhu.language.emotion_training import train_emotion

    begun = time.process_time()
    try:
        model = train_emotion(rows, version="evaluation")
    except ModelError as error:
        fail(str(error))
    spent = time.process_time() - begun
    begun = time.process_time()
    got = [model.labels[int(model.probabilities(prepared(text)).argmax())] for text, _ in asked]
    each = (time.process_time() - begun) * 1000 / len(asked)
    wanted = [label for _, label in asked]
    show(
        "emotion",
        {
            "rows_train": len(rows), "rows_test": len(asked), "accuracy": round(measures.accuracy(wanted, got), 4),
            "macro_f1": round(measures.macro_f1(wanted, got), 4), "train_seconds": round(spent, 1), "ms_per_message": round(each, 3),
        },
    )  # fmt: skip


def feelings(
    cases: Annotated[Path, typer.Option("--cases", help="CSV: text, emotion.")], details: Details = False
) -> None:
    """The hotline's six emotions on its own kind of text: accuracy and macro-F1."""
    rows = read(cases, ("text", "emotion"))
    from minhu.language import measures
    from minhu.language.emotion import Emotion, feel

    known = {str(one) for one in Emotion}
    for number, row in enumerate(rows, 2):
        if row["emotion"].strip() not in known:
            fail(f"{cases.name} 第 {number} 行的 emotion “{row['emotion']}” 不在 {'、'.join(sorted(known))} 之中")
    feel(rows[0]["text"])
    begun = time.process_time()
    got = [str(feel(row["text"]).emotion) for row in rows]
    each = (time.process_time() - begun) * 1000 / len(rows)
    wanted = [row["emotion"].strip() for row in rows]
    if details:
        for row, one in zip(rows, got, strict=True):
            if one != row["emotion"].strip():
                typer.echo(f"应为 {row['emotion']}，得到 {one}：{row['text'][:80]}")
    show(
        "feelings",
        {
            "rows": len(rows), "accuracy": round(measures.accuracy(wanted, got), 4),
            "macro_f1": round(measures.macro_f1(wanted, got), 4), "ms_per_message": round(each, 3),
        },
    )  # fmt: skip


def dialect(
    cases: Annotated[Path, typer.Option("--cases", help="CSV: yue, cmn (the same sentence in both).")],
    details: Details = False,
) -> None:
    """Cantonese told from Mandarin, and chrF of the Mandarin made of it; identical pairs cannot be told apart."""
    rows = read(cases, ("yue", "cmn"))
    from minhu.language import measures
    from minhu.language.plain import normalise
    from minhu.language.speech import CHINESE, Speech, recognise, simplified

    recognise(rows[0]["yue"])
    begun = time.process_time()
    heard = [(recognise(row["yue"]).dialect == "yue", recognise(row["cmn"]).dialect != "yue") for row in rows]
    each = (time.process_time() - begun) * 1000 / len(rows) / 2
    known = Speech(CHINESE, "yue", True, 1.0)
    wanted = [simplified(row["cmn"]) for row in rows]
    plain = [simplified(row["yue"]) for row in rows]
    same = [one == other for one, other in zip(plain, wanted, strict=True)]
    differ = [pair for pair, equal in zip(heard, same, strict=True) if not equal]
    if details:
        for row, (yue, cmn), equal in zip(rows, heard, same, strict=True):
            if not equal and not (yue and cmn):
                typer.echo(f"{'误报' if yue else '漏报'}：{row['cmn' if yue else 'yue'][:80]}")
    show(
        "dialect",
        {
            "rows": len(rows), "chrf": round(measures.chrf([normalise(row["yue"], known).text for row in rows], wanted), 4),
            "chrf_unchanged": round(measures.chrf(plain, wanted), 4), "detection": ratio(sum(map(sum, differ)), 2 * len(differ)),
            "detection_with_identical": ratio(sum(map(sum, heard)), 2 * len(heard)), "identical_pairs": sum(same), "ms_per_message": round(each, 3),
        },
    )  # fmt: skip


def train_posts(
    files: Annotated[list[Path], typer.Argument(metavar="JSON…", help="Lists of {content, label}.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
) -> None:
    """Make the learnt part of the emotions; the words of the hotline stay in force beside it."""
    rows = [row for file in files for row in posts(file)]
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.emotion_training import train_emotion

    try:
        model = train_emotion(
            rows, version=name, sources=[file.name for file in files], date=clock.now().date().isoformat()
        )
        model.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    typer.echo(json.dumps({"task": "emotion", "model": str(out), "version": name, "rows": model.card["rows"]}))


def posts(file: Path) -> Pairs:
    """(text, label) rows of a JSON list of {content, label}, or exit 2."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        fail(f"无法读取 {file.name}：{error}")
    if not isinstance(rows, list) or not rows:
        fail(f"{file.name} 应为非空的 JSON 列表，每项有 content 和 label")
    found: Pairs = []
    for number, row in enumerate(_checked(rows, file), 1):
        text, label = row.get("content"), row.get("label")
        if not isinstance(text, str) or not isinstance(label, str) or not label.strip():
            fail(f"{file.name} 第 {number} 项缺少 content 或 label")
        found.append((text, label.strip()))
    return found


def _checked(rows: Sequence[object], file: Path) -> list[dict[str, object]]:
    wrong = next((number for number, row in enumerate(rows, 1) if not isinstance(row, dict)), 0)
    if wrong:
        fail(f"{file.name} 第 {wrong} 项不是对象，应有 content 和 label")
    return [row for row in rows if isinstance(row, dict)]
