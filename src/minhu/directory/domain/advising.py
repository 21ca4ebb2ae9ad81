"""Whose matter is it? Catalogue, duties and what became of like orders, weighed into one ranking with its reasons.

Pure and deterministic: the same matter, books and precedents give the same answer. Weights are votes: a line of the
catalogue counts as several like orders, a return takes votes away, and everything fades with time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from minhu.directory.domain.catalogue import Catalogue
from minhu.directory.domain.duties import DutyBook, DutyLine
from minhu.directory.types import AreaInfo, AreaLevel, CategoryInfo, Resolution, UnitInfo, UnitKind

CATALOGUE, DUTY, HISTORY, RETURNED, CORRECTED, LEVEL = "catalogue", "duty", "history", "returned", "corrected", "level"
PAPER: Final = "paper"
CATALOGUE_VOTES: Final = 3.0
DUTY_VOTES: Final = 1.5
OWN_WORDS_VOTES: Final = 4.0
"""A duty whose own words are said is more exact than the catalogue's line for the whole category."""
DOUBT: Final = 0.1
HALF_LIFE_DAYS: Final = 180.0
NEAREST: Final = 24
SAME_STREET, SAME_COUNTY, ELSEWHERE = 1.0, 0.7, 0.25
SAME_MATTER: Final = 0.35
"""What the same category alone is worth; the rest comes from like words."""
UNRELATED: Final = 32
"""Bits by which the sim-hashes of unrelated texts differ."""
SHOWN_NUMBERS: Final = 5
LEAST_CORE: Final = 2
_ORGAN_START: Final = re.compile(
    r"^(?:所在地|当地|属地|各|辖区|户籍地|居住地|参保地|安置地|转入地)?(?:区县|县区|市级|县级|区级|市(?!场|长|政)|区|县)?(?:人民政府)?"
)
_ORGAN_END: Final = re.compile(r"(?:主管)?(?:部门|机关|局|委员会|办事处|经办机构|机构)$")
LOCAL: Final = frozenset({UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID})
_RULES: Final = {UnitKind.STREET: "street", UnitKind.COMMUNITY: "community", UnitKind.GRID: "grid"}


@dataclass(frozen=True, slots=True)
class Matter:
    """What has to be given to somebody: category, place, type and words (or what is known of them)."""

    category: CategoryInfo | None
    area_code: str
    request_type: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """What became of an earlier order: who answered it, who gave it back, who was taken off it by a dispatcher.

    ``days`` since then; ``likeness`` of the words, 0 to 1.
    """

    number: str
    area_code: str
    unit_id: int | None
    returned_by: tuple[int, ...]
    corrected_from: tuple[int, ...]
    days: float
    likeness: float


@dataclass(frozen=True, slots=True)
class Named:
    """A unit that a valid paper names for the matter: ``words`` as the paper has it, ``source`` names the clause."""

    words: str
    source: str
    document_id: int = 0
    passage: int = 0

    def means(self, unit: UnitInfo) -> bool:
        """Whether a unit is what the paper calls so: 住建部门 is any bureau of that name, 街道办事处 any street office."""
        core = _ORGAN_END.sub("", _ORGAN_START.sub("", self.words))
        return len(core) >= LEAST_CORE and any(core in name for name in (unit.name, unit.short_name) if name)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words with its votes; ``numbers`` are the orders it rests on, ``document_id`` the paper."""

    kind: str
    text: str
    votes: float
    numbers: tuple[str, ...] = ()
    document_id: int = 0
    passage: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit with its votes, its share of all votes, and why."""

    unit_id: int
    unit_name: str
    votes: float
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> str:
        """All reasons for it in one line."""
        return "；".join(reason.text for reason in self.reasons if reason.votes > 0 or reason.kind == PAPER)

    @property
    def in_papers(self) -> bool:
        """Whether a valid paper names it."""
        return any(reason.kind == PAPER for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Advice:
    """Units by likelihood; those of ``withheld`` were thought of and left out, with the reason last."""

    candidates: tuple[Candidate, ...]
    withheld: tuple[Candidate, ...]
    said: Resolution
    """What the catalogue alone says."""
    looked_at: int
    """How many like orders were weighed."""

    @property
    def best(self) -> Candidate | None:
        """The unit to propose; None when nobody is known."""
        return self.candidates[0] if self.candidates else None

    def of(self, unit_id: int) -> Candidate | None:
        """What is known of a unit for this matter."""
        return next((one for one in (*self.candidates, *self.withheld) if one.unit_id == unit_id), None)


def likeness(first: int, second: int) -> float:
    """Likeness of two sim-hashes: 1 for the same, 0 from as many differing bits as unrelated texts have."""
    return max(0.0, 1 - ((first ^ second) & 0xFFFFFFFFFFFFFFFF).bit_count() / UNRELATED)


@dataclass(slots=True)
class _Tally:
    """Votes for and against one unit while they are counted."""

    unit: UnitInfo
    said: list[Reason] = field(default_factory=list)
    answered: list[tuple[Precedent, float]] = field(default_factory=list)
    returned: list[tuple[Precedent, float]] = field(default_factory=list)
    corrected: list[tuple[Precedent, float]] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)

    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, those of books first."""
        found = list(self.said)
        if self.answered:
            text = f"{len(self.answered)} 件类似工单由{self.unit.label}办理{_newest(self.answered)}"
            found.append(_reason(HISTORY, text, self.answered, 1))
        if self.returned:
            all_of_it = len(self.answered) + len(self.returned)
            text = f"类似工单派给{self.unit.label} {all_of_it} 件，退回 {len(self.returned)} 件"
            found.append(_reason(RETURNED, text, self.returned, -1))
        if self.corrected:
            text = f"派单员 {len(self.corrected)} 次把类似工单从{self.unit.label}改派他处"
            found.append(_reason(CORRECTED, text, self.corrected, -1))
        if self.named:
            one = self.named[0]
            text = f"文件写明由{one.words}办理（{one.source}）"
            found.append(Reason(PAPER, text, 0.0, (), one.document_id, one.passage))
        return tuple(found)


def _newest(votes: Sequence[tuple[Precedent, float]]) -> str:
    days = min(one.days for one, _ in votes)
    return "（最近一件在今天）" if days < 1 else f"（最近一件在 {days:.0f} 天前）"


def _reason(kind: str, text: str, votes: Sequence[tuple[Precedent, float]], sign: int) -> Reason:
    by_weight = sorted(votes, key=lambda vote: (-vote[1], vote[0].number))
    numbers = tuple(one.number for one, _ in by_weight[:SHOWN_NUMBERS] if one.number)
    return Reason(kind, text, sign * sum(weight for _, weight in votes), numbers)


class Adviser:
    """Catalogue and duties over given units and areas; each question brings its precedents."""

    def __init__(self, catalogue: Catalogue, duties: DutyBook, units: Iterable[UnitInfo]) -> None:
        self.catalogue, self.duties = catalogue, duties
        self.by_id = {unit.id: unit for unit in units}

    def without_duties(self) -> Adviser:
        """The same without a duty list."""
        return Adviser(self.catalogue, DutyBook(0, ()), self.by_id.values())

    def advise(self, matter: Matter, precedents: Iterable[Precedent], named: Iterable[Named] = ()) -> Advice:
        """Rank the units for a matter; without a category nobody is proposed, and the reason says so.

        What papers name (``named``) is a reason without votes: it decides between equals and proposes nobody by itself.
        """
        if matter.category is None:
            return Advice((), (), Resolution(None, "诉求分类尚未确定，无法推荐承办单位。"), 0)
        area = self.catalogue.areas.get(matter.area_code)
        said = self.catalogue.resolve(matter.category, matter.area_code, matter.request_type)
        tallies: dict[int, _Tally] = {}
        self._from_books(matter, area, said, tallies)
        nearest = self._nearest(area, precedents)
        self._from_history(area, nearest, tallies)
        for one in named:
            for tally in tallies.values():
                if one.means(tally.unit):
                    tally.named.append(one)
        return self._ranked(area, said, tallies, len(nearest))

    def _tally(self, tallies: dict[int, _Tally], unit_id: int) -> _Tally | None:
        unit = self.by_id.get(unit_id)
        return tallies.setdefault(unit_id, _Tally(unit)) if unit is not None and unit.active else None

    def _from_books(self, matter: Matter, area: AreaInfo | None, said: Resolution, tallies: dict[int, _Tally]) -> None:
        target, category = said.target, matter.category
        if target is not None and (tally := self._tally(tallies, target.lead_unit_id)):
            text = f"{target.explanation.split('，主办为')[0]}（{target.basis}）"
            tally.said.append(Reason(CATALOGUE, text, CATALOGUE_VOTES * target.confidence))
        seen: set[int] = set()
        fitting = self.duties.matching(category.path if category else (), area.path if area else (), matter.text)
        exact = [line for line in fitting if line.words]  # a duty whose very words are said makes the general ones moot
        for line in exact or fitting:
            unit = self.catalogue.find(line.owner, area).unit
            if unit is None or unit.id in seen or not (tally := self._tally(tallies, unit.id)):
                continue
            seen.add(unit.id)
            tally.said.append(_duty_reason(line, unit))

    def _nearest(self, area: AreaInfo | None, precedents: Iterable[Precedent]) -> list[tuple[Precedent, float]]:
        near: dict[str, float] = {}
        weighed = []
        for one in precedents:
            if one.area_code not in near:
                near[one.area_code] = self._nearness(one.area_code, area)
            like = SAME_MATTER + (1 - SAME_MATTER) * one.likeness
            fading = 0.5 ** (max(one.days, 0.0) / HALF_LIFE_DAYS)
            weighed.append((one, float(near[one.area_code] * like * fading)))
        weighed.sort(key=lambda vote: (-vote[1], vote[0].number))
        return weighed[:NEAREST]

    def _nearness(self, code: str, area: AreaInfo | None) -> float:
        there = self.catalogue.areas.get(code)
        if area is None or there is None:
            return ELSEWHERE
        shared = [one for one, other in zip(area.path, there.path, strict=False) if one == other]
        level = max((self.catalogue.areas[one].level for one in shared if one in self.catalogue.areas), default=0)
        return SAME_STREET if level >= AreaLevel.STREET else SAME_COUNTY if level >= AreaLevel.COUNTY else ELSEWHERE

    def _from_history(
        self, area: AreaInfo | None, nearest: Iterable[tuple[Precedent, float]], tallies: dict[int, _Tally]
    ) -> None:
        for one, weight in nearest:
            final = self._here(one.unit_id, area)
            if final is not None and (tally := self._tally(tallies, final)):
                tally.answered.append((one, weight))
            for unit_id in one.returned_by:
                if (there := self._here(unit_id, area)) != final and there and (tally := self._tally(tallies, there)):
                    tally.returned.append((one, weight))
            for unit_id in one.corrected_from:
                if (there := self._here(unit_id, area)) != final and there and (tally := self._tally(tallies, there)):
                    tally.corrected.append((one, weight))

    def _here(self, unit_id: int | None, area: AreaInfo | None) -> int | None:
        """The unit that at this place is what a unit is at its own: the county's branch, the street's office."""
        unit = self.by_id.get(unit_id) if unit_id is not None else None
        if unit is None:
            return None
        if area is None or not unit.area_code or unit.area_code in area.path:
            return unit.id
        rule = f"branch:{unit.bureau_code}" if unit.bureau_code else _RULES.get(unit.kind, "")
        if not rule:
            return unit.id
        found = self.catalogue.find(rule, area).unit
        return found.id if found is not None else None

    def _ranked(self, area: AreaInfo | None, said: Resolution, tallies: dict[int, _Tally], looked_at: int) -> Advice:
        lead = self.by_id.get(said.target.lead_unit_id) if said.target else None
        found, withheld = [], []
        for tally in tallies.values():
            reasons = tally.reasons()
            votes = sum(reason.votes for reason in reasons)
            if _pushed_down(tally, lead):
                why = f"部门职责事项不下推镇街：派单目录定由{lead.label if lead else ''}办理"
                withheld.append(_candidate(tally.unit, votes, 0.0, (*reasons, Reason(LEVEL, why, 0.0))))
            else:
                found.append((tally.unit, votes, reasons))
        whole = sum(max(votes, 0.0) for _, votes, _ in found) + DOUBT
        ranked = [_candidate(unit, votes, max(votes, 0.0) / whole, reasons) for unit, votes, reasons in found]
        ranked.sort(key=lambda one: (-one.votes, not one.in_papers, self.by_id[one.unit_id].code))
        positive = tuple(one for one in ranked if one.votes > 0)
        return Advice(positive, (*withheld, *(one for one in ranked if one.votes <= 0)), said, looked_at)


def _candidate(unit: UnitInfo, votes: float, confidence: float, reasons: tuple[Reason, ...]) -> Candidate:
    return Candidate(unit.id, unit.name, round(votes, 4), round(confidence, 4), reasons)


def _duty_reason(line: DutyLine, unit: UnitInfo) -> Reason:
    text = f"权责清单：{unit.label}负责“{line.duty}”（{line.basis}）"
    return Reason(DUTY, text, OWN_WORDS_VOTES if line.words else DUTY_VOTES)


def _pushed_down(tally: _Tally, lead: UnitInfo | None) -> bool:
    """A department's matter by the catalogue that only habit would give to a township; a duty of its own is none.

    Source: departments do not pass their duties down to townships without a legal ground (权责清单 of townships).
    """
    local = tally.unit.kind in LOCAL
    return local and lead is not None and lead.kind not in LOCAL and not tally.said
