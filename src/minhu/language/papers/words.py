"""The words by which a passage is found: jieba's, the longer ones cut finer too; marks and empty words left out."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from minhu.kernel.patterns import regex

_WORD: Final = regex(r"[A-Za-z0-9]+(?:[.\-/][A-Za-z0-9]+)*|[一-鿿]+")
_EMPTY: Final = frozenset(
    "的 了 是 在 和 与 及 或 等 由 对 为 以 将 应 其 该 本 有 于 按 并 也 都 就 而 被 把 从 向 到 之 者 所 这 那 我 您 你 他 吗 呢 啊 什么 怎么 如何 请问 哪些 多少 可以 需要".split()
)


@lru_cache(maxsize=1)
def _ready() -> None:
    import jieba  # noqa: PLC0415 - half a second of reading its list

    jieba.setLogLevel("ERROR")
    jieba.initialize()


def words_of(text: str) -> list[str]:
    """The words of a text in order, lower case."""
    import jieba  # noqa: PLC0415

    _ready()
    found: list[str] = []
    for run in _WORD.findall(text):
        parts = [run.lower()] if run[0].isascii() else jieba.cut_for_search(run)
        found.extend(part for part in parts if part not in _EMPTY)
    return found


def pieces_of(text: str) -> list[str]:
    """A text as jieba parts it, each character once; marks are left out."""
    import jieba  # noqa: PLC0415

    _ready()
    return [part for run in _WORD.findall(text) for part in ([run.lower()] if run[0].isascii() else jieba.cut(run))]
