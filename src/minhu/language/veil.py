"""Personal data is taken out of a text before it leaves the house, and put back into what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.personal import find_likely
from minhu.language.types import Span

_SHORTEST: Final = 2
_MARKS: Final = str.maketrans("⟦⟧", "〔〕")
_MARK: Final = regex(r"⟦\d{1,4}⟧")


@dataclass(frozen=True, slots=True)
class Veiled:
    """A text with `⟦1⟧`, `⟦2⟧` … where personal values stood; ``spans`` are their places in the original."""

    text: str
    original: str
    spans: tuple[Span, ...]

    def unveil(self, words: str) -> str:
        """``words`` with the values put back; marks that this text never had are taken out."""
        return _MARK.sub(lambda found: self._value(found.group()), words)

    def find(self, quote: str) -> Span | None:
        """Where a quotation from the veiled text stands in the original; None when it does not stand there.

        The ends of a quotation may not lie inside a mark.
        """
        at = self.text.find(quote) if quote else -1
        if at < 0 or any(at < end and begin < at for begin, end in self._marks()):
            return None
        stop = at + len(quote)
        if any(stop < end and begin < stop for begin, end in self._marks()):
            return None
        return self._back(at), self._back(stop)

    def _value(self, mark: str) -> str:
        number = int(mark[1:-1]) - 1
        if not 0 <= number < len(self.spans):
            return ""
        begin, end = self.spans[number]
        return self.original[begin:end]

    def _marks(self) -> list[Span]:
        return [found.span() for found in _MARK.finditer(self.text)]

    def _back(self, at: int) -> int:
        """A place of the veiled text that is not inside a mark, in the original."""
        moved = 0
        for (begin, end), (first, last) in zip(self._marks(), self.spans, strict=True):
            if end > at:
                break
            moved += (last - first) - (end - begin)
        return at + moved


def veil(text: str, known: Iterable[str] = ()) -> Veiled:
    """Take out what looks like personal data, and ``known`` values (of the requester) wherever they stand."""
    plain = text.translate(_MARKS)
    taken = list(find_likely(plain))
    for value in sorted({one.strip() for one in known}, key=len, reverse=True):
        if len(value) >= _SHORTEST:
            taken += [(at.start(), at.end()) for at in re.finditer(re.escape(value.translate(_MARKS)), plain)]
    spans = _joined(taken)
    parts, at = [], 0
    for number, (begin, end) in enumerate(spans, 1):
        parts += [plain[at:begin], f"⟦{number}⟧"]
        at = end
    return Veiled("".join((*parts, plain[at:])), plain, spans)


def _joined(taken: list[Span]) -> tuple[Span, ...]:
    """Overlapping findings as one."""
    joined: list[Span] = []
    for begin, end in sorted(taken):
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
