"""`minhu evaluate crosswalk`: another house's categories to ours; proposals as a CSV for people to confirm."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, read, show
from minhu.server.commands.evaluate_levels import embedder_or_fail, leaves_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minhu.language.crosswalk import Crossing
    from minhu.language.features import Floats
    from minhu.language.types import Leaf

_COLUMNS = ("from", "to", "confidence", "reason", "keyword", "confirmed")


def crosswalk(
    source: Annotated[
        Path, typer.Option("--from", help="CSV of their tree: path (or level1 …), keywords, description.")
    ],
    target: Annotated[Path, typer.Option("--to", help="CSV of our tree, the same columns.")],
    truth: Annotated[Path, typer.Option("--truth", help="CSV: from, to; to is empty where nothing of ours fits.")],
    both: Annotated[
        Path | None, typer.Option("--both", help="CSV: from, to; one line for each request labelled in both trees.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the proposals here, to be confirmed in a table.")
    ] = None,
    vectors: Annotated[bool, typer.Option("--embeddings", help="Also with the embeddings of MINHU_EMBEDDING.")] = False,
    details: Details = False,
) -> None:
    """Top-1 and top-3 of the proposals, how sure ones do, and what has no counterpart."""
    sources, targets = leaves_of(source), leaves_of(target)
    wanted = {row["from"].strip(): row["to"].strip() for row in read(truth, ("from", "to"))}
    _known(truth, set(wanted), {leaf.code for leaf in sources}, "from")
    _known(truth, {one for one in wanted.values() if one}, {leaf.code for leaf in targets}, "to")
    labelled = read(both, ("from", "to")) if both is not None else []
    counted = Counter((row["from"].strip(), row["to"].strip()) for row in labelled)
    from minhu.language import measures
    from minhu.language.categories import ModelError
    from minhu.language.crosswalk import propose
    from minhu.language.meaning import default_meaning

    try:
        meaning = default_meaning()
    except ModelError as error:
        fail(str(error))
    proposals = propose(sources, targets, meaning, counted, _near(sources, targets) if vectors else None)
    if out is not None:
        _write(out, proposals)
    pairs = [(leaf.code, found) for leaf, found in zip(sources, proposals, strict=True) if leaf.code in wanted]
    first = [(found[0].target if found else "") == wanted[code] for code, found in pairs]
    third = [wanted[code] in [one.target for one in found] if wanted[code] else not found for code, found in pairs]
    if details:
        for (code, found), right in zip(pairs, first, strict=True):
            if not right:
                typer.echo(f"{code}：应为 {wanted[code] or '无'}，得到 {found[0].target if found else '无'}")
    import numpy as np

    confidence = np.array([found[0].confidence if found else 0.0 for _, found in pairs])
    correct = np.array(first, dtype=np.bool_)
    show("crosswalk", {
        "pairs": len(pairs), "top1": ratio(sum(first), len(pairs)), "top3": ratio(sum(third), len(pairs)),
        "coverage_at_95": round(measures.coverage_at(correct, confidence, 0.95), 4),
        "ece": round(measures.calibration_error(correct, confidence), 4),
        "without_counterpart": sum(not found for _, found in pairs),
    })  # fmt: skip


def _near(sources: Sequence[Leaf], targets: Sequence[Leaf]) -> Floats | None:
    from minhu.engines.embedding.nearness import near_leaves
    from minhu.engines.embedding.types import Unembedded

    try:
        return near_leaves(sources, targets, embedder_or_fail())
    except Unembedded as error:
        fail(error.message)


def _known(file: Path, said: set[str], known: set[str], column: str) -> None:
    unknown = sorted(said - known)
    if unknown:
        fail(f"{file.name} 的 {column} 列有目录里没有的类别：{unknown[0]}")


def _write(out: Path, proposals: list[list[Crossing]]) -> None:
    """One line a proposal; a person writes 1 into 'confirmed' or strikes the line out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for found in proposals:
        for one in found:
            writer.writerow([one.source, one.target, f"{one.confidence:.3f}", one.reason, one.keyword, ""])
    try:
        out.write_text("\ufeff" + text.getvalue(), encoding="utf-8")
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
