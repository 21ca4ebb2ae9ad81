"""The duty graph (权责清单): unit – duty – matter – area – legal basis; what fits a matter, what contradicts, what lacks.

Pure: works on the lines it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from minhu.directory.types import CategoryInfo


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty: ``owner`` is a rule as in the catalogue (``unit:CODE``, ``branch:CODE``, ``street`` …).

    It holds for everything below ``category_code``, at ``area_code`` and below (empty: everywhere), and with ``words``
    only where one of them is said.
    """

    id: int
    owner: str
    category_code: str
    area_code: str
    duty: str
    basis: str
    words: tuple[str, ...] = ()

    def said_in(self, text: str) -> bool:
        """Whether the words of the line, if it has any, are in a text."""
        return not self.words or any(word in text for word in self.words)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two claims on the same matter that name different units; ``other`` is a duty or a line of the catalogue in words."""

    category_code: str
    area_code: str
    first: str
    other: str
    why: str


class DutyBook:
    """One version of the duty list."""

    def __init__(self, version: int, lines: Iterable[DutyLine]) -> None:
        self.version = version
        self.lines = tuple(lines)
        self._by_category: dict[str, list[DutyLine]] = {}
        for line in self.lines:
            self._by_category.setdefault(line.category_code, []).append(line)

    def matching(self, path: Sequence[str], area_path: Sequence[str], text: str) -> list[DutyLine]:
        """Duties for categories (codes from the root down) at a place: deepest category, deepest area, own words first."""
        found = [
            line
            for code in path
            for line in self._by_category.get(code, ())
            if (not line.area_code or line.area_code in area_path) and line.said_in(text)
        ]
        depth = {code: at for at, code in enumerate(area_path)}
        found.sort(
            key=lambda line: (
                -bool(line.words),
                -path.index(line.category_code),
                -depth.get(line.area_code, -1),
                line.id,
            )
        )
        return found

    def contradictions(self) -> list[Contradiction]:
        """Pairs of lines for the same category, area and words whose owners differ."""
        seen: dict[tuple[str, str, tuple[str, ...]], DutyLine] = {}
        found = []
        for line in self.lines:
            key = (line.category_code, line.area_code, tuple(sorted(line.words)))
            before = seen.setdefault(key, line)
            if before.owner != line.owner:
                why = f"“{before.duty}”与“{line.duty}”针对同一事项"
                found.append(Contradiction(line.category_code, line.area_code, before.owner, line.owner, why))
        return found

    def against(self, lead_of: Callable[[str], tuple[str, str] | None]) -> list[Contradiction]:
        """Duties without words of their own whose category the catalogue gives to somebody else.

        ``lead_of`` gives rule and basis of the catalogue's general line for a category, None without one.
        """
        found = []
        for line in self.lines:
            said = lead_of(line.category_code) if not line.words and not line.area_code else None
            if said is not None and said[0] != line.owner:
                found.append(
                    Contradiction(line.category_code, "", line.owner, said[0], f"权责清单“{line.duty}”；{said[1]}")
                )
        return found

    def gaps(self, leaves: Iterable[CategoryInfo]) -> list[CategoryInfo]:
        """Leaves for which no unit has a duty, whatever is said there."""
        general = {line.category_code for line in self.lines if not line.words}
        return [leaf for leaf in leaves if not general & set(leaf.path)]
