"""Vectors of papers for measuring and learning outside a database, kept in a file between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from minhu.engines.embedding.choosing import house_embedder
from minhu.engines.embedding.types import Embedder, Purpose, Unembedded
from minhu.language.answers.nearness import Embed, Floats, seen_as
from minhu.language.papers.types import Paper
from minhu.server.commands.evaluate import fail


def embedder_inside() -> Embedder:
    """The embedder of the house; ends the command where there is none that keeps words inside."""
    found = house_embedder()
    if found is None or not found.stays_inside:
        fail("没有可用的室内语义模型（MINHU_EMBEDDING=none 或本机不支持），请去掉 --meaning")
    return found


def embed_with(embedder: Embedder) -> Embed:
    """Vectors of questions, each made once."""
    known: dict[str, Floats | None] = {}

    def embed(words: str) -> Floats | None:
        if words not in known:
            try:
                known[words] = embedder.embed([words], Purpose.QUERY).rows[0]
            except Unembedded:
                known[words] = None
        return known[words]

    return embed


def vectors_of(papers: Mapping[str, Paper], embedder: Embedder, file: Path | None) -> dict[str, Floats]:
    """The vectors of papers by key; those that ``file`` does not hold yet are made and put there."""
    held = _read(file)
    texts = {key: seen_as(paper) for key, paper in papers.items()}
    signs = {key: _sign(embedder.maker, own) for key, own in texts.items()}
    missing = [key for key, sign in signs.items() if sign not in held]
    for key in missing:
        held[signs[key]] = embedder.embed(texts[key]).rows.astype(np.float16)
    if missing and file is not None:
        try:
            np.savez(file, **held)  # type: ignore[arg-type]  # names of arrays are words
        except OSError as error:
            fail(f"无法写入 {file.name}：{error.strerror or error}")
    return {key: held[sign].astype(np.float32) for key, sign in signs.items()}


def _sign(maker: str, texts: list[str]) -> str:
    return hashlib.blake2b("\n".join((maker, *texts)).encode(), digest_size=16).hexdigest()


def _read(file: Path | None) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float16]]]:
    if file is None or not file.exists():
        return {}
    try:
        with np.load(file, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}
    except (OSError, ValueError) as error:
        fail(f"无法读取 {file.name}：{error}")
