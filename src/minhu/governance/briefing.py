"""The sentences of a daily brief: every number in them is a figure of ``queries`` and says which orders lie behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from minhu.governance.types import NONE, REST, Figure, Slice

MAKER: Final = "brief/1"
_TOP: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in a sentence, and the filter of the order list that shows what it counts."""

    shown: str
    query: str = ""
    today: bool = False
    """Whether it is of this moment rather than of the day."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; ``{0}``, ``{1}`` … stand for its numbers."""

    pattern: str
    numbers: tuple[Number, ...]

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return self.pattern.format(*(one.shown for one in self.numbers))

    def to_json(self) -> dict[str, Any]:
        """For keeping."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Line:
        """As it was kept."""
        return cls(kept["pattern"], tuple(Number(**one) for one in kept["numbers"]))


def lines_of(
    figures: Sequence[Figure], categories: Sequence[Slice], areas: Sequence[Slice], late: Sequence[Slice]
) -> list[Line]:
    """The sentences for one day; what cannot be said for want of data is left out."""
    known = {one.code: one for one in figures if one.value is not None}
    return [
        *_volume(known),
        *_hot("诉求集中在：", categories),
        *_hot("来件较多的地方：", areas),
        *_shares(known),
        *_late(known, late),
    ]


def _volume(known: dict[str, Figure]) -> Iterator[Line]:
    if (all_of := known.get("received")) is None:
        return
    value, before = all_of.value or 0, all_of.previous or 0
    first = Number(f"{value:.0f}")
    if before:
        change = (value - before) / before * 100
        word = "增加" if change >= 0 else "减少"
        yield Line(f"全天受理 {{0}} 件，比前一天{word} {{1}}%。", (first, Number(f"{abs(change):.0f}")))
    else:
        yield Line("全天受理 {0} 件。", (first,))


def _hot(head: str, slices: Sequence[Slice]) -> Iterator[Line]:
    """Where at least two came from; single requests are no focus."""
    top = [one for one in slices if one.code not in (REST, NONE) and one.count > 1][:_TOP]
    if top:
        parts = "，".join(f"{_plain(one.name)} {{{at}}} 件" for at, one in enumerate(top))
        yield Line(f"{head}{parts}。", tuple(Number(str(one.count), one.orders_query) for one in top))


def _shares(known: dict[str, Figure]) -> Iterator[Line]:
    said = (("direct_rate", "直接答复占"), ("done_rate", "已有结果的占"), ("first_right_rate", "首派准确率"))
    found = [(words, known[code]) for code, words in said if code in known]
    if found:
        parts = "，".join(f"{words} {{{at}}}%" for at, (words, _one) in enumerate(found))
        numbers = tuple(Number(f"{(one.value or 0) * 100:.1f}", one.orders_query) for _words, one in found)
        yield Line(f"当天来件中，{parts}。", numbers)


def _late(known: dict[str, Figure], late: Sequence[Slice]) -> Iterator[Line]:
    if (all_late := known.get("overdue")) is None:
        return
    if not all_late.value:
        yield Line("目前没有超期工单。", ())
        return
    units = [one for one in late if one.code not in (REST, NONE)][:_TOP]
    parts = "".join(f"，{_plain(one.name)} {{{at}}} 件" for at, one in enumerate(units, 1))
    numbers = (Number(f"{all_late.value:.0f}", all_late.orders_query, today=True),)
    rest = tuple(Number(str(one.count), one.orders_query, today=True) for one in units)
    yield Line(f"目前超期 {{0}} 件{'，其中' + parts[1:] if parts else ''}。", numbers + rest)


def _plain(name: str) -> str:
    return name.replace("{", "").replace("}", "")
