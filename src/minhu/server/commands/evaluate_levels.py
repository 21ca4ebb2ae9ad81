"""`minhu evaluate levels`: a tree of several levels, with few examples a leaf or none, judged on cases.

Besides the figures of each level it prints how many cases may be settled without a person at which confidence, and
how often that is right: people choose the threshold from it (rule set 自动化规则, 自动派单).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minhu.server.commands.evaluate import Details, fail, labelled, ratio, read, show
from minhu.server.tables import BadFile, Row

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from minhu.engines.embedding.nearness import Seeing
    from minhu.engines.embedding.types import Embedder
    from minhu.language.categories import CategoryModel
    from minhu.language.keywords import KeywordIndex
    from minhu.language.types import Leaf, RankedLabel

    Chances = npt.NDArray[np.float64]

_STEPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_MEGABYTE = 1_000_000


def levels(
    tree: Annotated[Path, typer.Option("--tree", help="CSV: level1, level2 …; or path, keywords (;), description.")],
    cases: Annotated[Path, typer.Option("--cases", help="CSV: text, category as path a/b/c.")],
    examples: Annotated[
        Path | None, typer.Option("--examples", help="CSV: text, category as path; a few a leaf.")
    ] = None,
    train: Annotated[list[Path] | None, typer.Option("--train", help="CSV with categories of any level.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Without the model of first levels that ships.")] = False,
    near: Annotated[bool, typer.Option("--meaning/--no-meaning", help="With nearness of meaning.")] = True,
    vectors: Annotated[bool, typer.Option("--embeddings", help="Also with the embeddings of MINHU_EMBEDDING.")] = False,
    details: Details = False,
) -> None:
    """Top-1 and top-3 of each level, calibration, the curve of coverage and accuracy, speed and size."""
    leaves = leaves_of(tree, examples)
    known = {"/".join(leaf.path[:level]) for leaf in leaves for level in range(1, len(leaf.path) + 1)}
    rows = read(cases, ("text", "category"))
    _only_known(cases, rows, known)
    from minhu.language.categories import ModelError, default_model
    from minhu.language.keywords import KeywordIndex
    from minhu.language.meaning import default_meaning
    from minhu.language.subject_training import train_subjects

    try:
        learnt = [row for file in train or [] for row in labelled(file)]
        model = train_subjects(learnt, version="evaluation") if learnt else None if alone else default_model()
        begun = time.process_time()
        index = KeywordIndex(leaves, default_meaning() if near else None)
    except (BadFile, ModelError) as error:
        fail(str(error))
    seeing = seeing_by_vectors(index.leaves) if vectors else None
    built = time.process_time() - begun
    _chances(index, rows[0]["text"], model, seeing)
    begun = time.process_time()
    times, got = [], []
    for row in rows:
        got.append(index.by_level(_chances(index, row["text"], model, seeing)))
        times.append(time.process_time())
    spent = (times[-1] - begun) * 1000 / len(rows)
    if details:
        for row, one in zip(rows, got, strict=True):
            best = one[-1][0]
            if best.value != row["category"].strip():
                typer.echo(f"应为 {row['category']}，得到 {best.value}（{best.probability:.0%}）：{row['text'][:60]}")
    wanted = [row["category"].strip() for row in rows]
    show("levels", {
        "leaves": len(leaves), "examples": sum(len(leaf.examples) for leaf in leaves), "rows": len(rows),
        **figures_of(got, wanted), "ms_per_message": round(spent, 3), "ms_p95": _p95([begun, *times]),
        "build_seconds": round(built, 2), "index_megabytes": round(index.size() / _MEGABYTE, 1),
        **({"embeddings": seeing.maker} if seeing else {}),
    })  # fmt: skip


def _chances(index: KeywordIndex, text: str, model: CategoryModel | None, seeing: Seeing | None) -> Chances:
    return index.chances("", text, model, seeing.near(text) if seeing else None)[0]


def _p95(times: Sequence[float]) -> float:
    """Milliseconds of processor time that 95 of 100 messages stay below."""
    each = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    return round(each[int(0.95 * (len(each) - 1))] * 1000, 1)


def seeing_by_vectors(leaves: Sequence[Leaf]) -> Seeing:
    """Leaves seen by the house's embedder, or exit 2 with what is missing."""
    from minhu.engines.embedding.nearness import Seeing
    from minhu.engines.embedding.types import Unembedded

    try:
        found = Seeing.of(leaves, embedder_or_fail())
    except Unembedded as error:
        fail(error.message)
    if found is None:
        fail("类别太少，无从比较：至少要有两个末级类别")
    return found


def embedder_or_fail() -> Embedder:
    """The house's embedder, or exit 2 with what is missing."""
    from minhu.engines.embedding.choosing import house_embedder

    try:
        found = house_embedder()
    except ValueError as error:
        fail(f"语义向量的设置不正确：{error}")
    if found is None:
        fail("没有可用的语义向量：本机不能运行自带模型，或 MINHU_EMBEDDING=none；也可设置 MINHU_EMBEDDING_URL")
    return found


def figures_of(got: Sequence[list[list[RankedLabel]]], wanted: Sequence[str]) -> dict[str, float]:
    """Figures for each level; prints the curve of the last one. ``got``: for each case its ranked nodes by level."""
    import numpy as np

    from minhu.language import measures

    found: dict[str, float] = {}
    for level in range(1, max(map(len, got)) + 1):
        pairs = [
            (ranked[level - 1], "/".join(path.split("/")[:level]))
            for ranked, path in zip(got, wanted, strict=True)
            if path.count("/") >= level - 1
        ]
        correct = np.array([ranked[0].value == path for ranked, path in pairs])
        confidence = np.array([ranked[0].probability for ranked, _ in pairs])
        third = sum(any(one.value == path for one in ranked[:3]) for ranked, path in pairs)
        found[f"top1_level{level}"] = ratio(int(correct.sum()), len(pairs))
        found[f"top3_level{level}"] = ratio(third, len(pairs))
        found[f"ece_level{level}"] = round(measures.calibration_error(correct, confidence), 4)
        typer.echo(f"第 {level} 级：把握不低于 / 占比 / 正确率")
        for step in _STEPS:
            sure = confidence >= step
            if sure.any():
                typer.echo(f"  {step:.2f}  {float(sure.mean()):.3f}  {float(correct[sure].mean()):.3f}")
    return found


def leaves_of(tree: Path, examples: Path | None = None) -> list[Leaf]:
    """The leaves of a tree file with the examples of an examples file, or exit 2."""
    from minhu.language.types import Leaf

    rows = read(tree, ())
    told: dict[str, list[str]] = {}
    for row in read(examples, ("text", "category")) if examples is not None else ():
        told.setdefault(row["category"].strip(), []).append(row["text"])
    columns = sorted(name for name in rows[0] if name.startswith("level"))
    if not columns and "path" not in rows[0]:
        fail(f"{tree.name} 缺少列：要么有 level1、level2……，要么有 path")
    found = {}
    for row in rows:
        path = tuple(row[name].strip() for name in columns if row[name].strip()) if columns else _path(row["path"])
        if path:
            key = "/".join(path)
            words = tuple(word.strip() for word in row.get("keywords", "").split(";") if word.strip())
            found[key] = Leaf(key, path[-1], path, words, row.get("description", ""), tuple(told.pop(key, ())))
    if told:
        fail(f"{examples.name if examples else ''} 的类别不在目录里：{next(iter(told))}")
    if not found:
        fail(f"{tree.name} 里没有任何类别")
    return list(found.values())


def _path(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("/") if name.strip())


def _only_known(file: Path, rows: Sequence[Row], known: set[str]) -> None:
    for number, row in enumerate(rows, 2):
        if row["category"].strip() not in known:
            fail(f"{file.name} 第 {number} 行的类别“{row['category']}”不在目录里")
