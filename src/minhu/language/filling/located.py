"""Where the words of a reading stand in the utterance as it was said: begin and end, not only the utterance.

Values are read from words made readable (fillers out, corrections carried out), so that they need not stand in the
utterance in one piece: then the shortest run is meant that holds them in their order ('3号楼，不对，是5号楼').
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from minhu.language.filling.types import Field, Reading, Spoken
from minhu.language.types import Span

_LAST: Final = frozenset({Field.NAME, Field.PHONE, Field.CONFIDENTIAL, Field.CALLBACK})
"""Fields of the caller himself: of the same words twice the later ones count, for he corrects."""
_LONGEST: Final = 2000


def located(readings: Mapping[Field, Reading], spoken: Sequence[Spoken]) -> dict[Field, Reading]:
    """The readings with the span of their words, where the utterance they name holds them."""
    said = {one.number: one.text for one in spoken}
    found = {}
    for field, one in readings.items():
        span = span_of(one.words, said.get(one.number, ""), last=field in _LAST)
        found[field] = replace(one, start=span[0], end=span[1]) if span else one
    return found


def span_of(words: str, text: str, *, last: bool = False) -> Span | None:
    """The half-open run of ``text``, in characters, that holds ``words`` in their order; the shortest, None for none.

    Of runs as short as each other the first, with ``last`` the last one.
    """
    if not words or not text:
        return None
    at = text.rfind(words) if last else text.find(words)
    if at >= 0:
        return at, at + len(words)
    return _shortest(words, text[:_LONGEST], last=last)


def _shortest(words: str, text: str, *, last: bool) -> Span | None:
    """One pass: for each length of a beginning of ``words`` the latest start of a run that ends here and holds it."""
    starts: list[int] = [-1] * len(words)
    best: Span | None = None
    for here, sign in enumerate(text):
        for at in range(len(words) - 1, -1, -1):
            if words[at] == sign:
                starts[at] = here if at == 0 else starts[at - 1]
        if sign == words[-1] and starts[-1] >= 0:
            span = starts[-1], here + 1
            shorter = best is None or span[1] - span[0] < best[1] - best[0]
            same = best is not None and span[1] - span[0] == best[1] - best[0]
            best = span if shorter or (last and same) else best
    return best
