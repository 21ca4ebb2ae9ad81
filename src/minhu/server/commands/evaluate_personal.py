"""`minhu evaluate personal-data`: what of personal data in free text is found, and what is struck out for nothing."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer


def register(_app: typer.Typer) -> None:
    """Nothing of its own: `evaluate` adds the task."""


def personal_data(
    cases: Annotated[
        Path | None, typer.Option("--cases", help="Text file: a case a line, [words|kind] marked.")
    ] = None,
    generated: Annotated[int, typer.Option("--generated", min=0, help="So many made texts beside them.")] = 2000,
    details: Annotated[bool, typer.Option("--details", help="Also print every miss and false alarm.")] = False,
) -> None:
    """Recall and precision of the recogniser, by kind; a finding counts when it covers the marked words."""
    from minhu.server import personal_cases

    marked: list[str] = []
    if cases is not None:
        if not cases.is_file():
            typer.echo(f"无法读取案例文件 {cases.name}", err=True)
            raise typer.Exit(2)
        lines = cases.read_text(encoding="utf-8-sig").splitlines()
        marked = [line for line in lines if line.strip() and not line.startswith("#")]
    figures = {"own": measured(marked, details), "generated": measured(personal_cases.generated(generated), details)}
    typer.echo(
        json.dumps({"task": "personal-data", **{k: v for k, v in figures.items() if v["texts"]}}, ensure_ascii=False)
    )


def measured(marked: Iterable[str], details: bool = False) -> dict[str, object]:
    """The figures over marked texts: recall, precision, recall by kind, milliseconds of processor time a text."""
    from minhu.language.personal import find_personal
    from minhu.server.personal_cases import unmarked

    wanted: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    texts = found_all = found_right = 0
    spent = 0.0
    for line in marked:
        text, spans = unmarked(line)
        began = time.process_time()
        found = find_personal(text)
        spent += time.process_time() - began
        texts += 1
        for begin, end, kind in spans:
            wanted[kind] += 1
            covered = any(one.span[0] <= begin and one.span[1] >= end for one in found)
            hit[kind] += covered
            if details and not covered:
                typer.echo(f"漏报 {kind} {text[begin:end]}：{text[:80]}")
        for one in found:
            right = any(one.span[0] < end and one.span[1] > begin for begin, end, _ in spans)
            found_all, found_right = found_all + 1, found_right + right
            if details and not right:
                typer.echo(f"误报 {one.kind.value} {one.text}：{text[:80]}")
    total = sum(wanted.values())
    return {
        "texts": texts,
        "values": total,
        "recall": round(sum(hit.values()) / total, 4) if total else None,
        "precision": round(found_right / found_all, 4) if found_all else None,
        "recall_by_kind": {kind: round(hit[kind] / count, 4) for kind, count in sorted(wanted.items())},
        "ms_per_text": round(spent * 1000 / max(texts, 1), 3),
    }
