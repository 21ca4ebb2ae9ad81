"""The city's own words: its category tree and its places, held in the process until the directory changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

from minhu.directory.queries import areas, categories
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.queries.lines import Line
from minhu.directory.types import AreaInfo, AreaLevel, CategoryInfo
from minhu.intake.learned import serving
from minhu.intake.types import SuggestedField
from minhu.intake.understood import Proposed
from minhu.language import places
from minhu.language.categories import CategoryModel, ModelError
from minhu.language.gazetteer import Gazetteer
from minhu.language.keywords import KeywordIndex
from minhu.language.meaning import Meaning, default_meaning
from minhu.language.types import PlaceCandidate, RankedLabel, Understanding

UNSURE_BELOW = 0.35
IN_BRANCH, HINTED = 3.0, 5.0
"""So many times likelier is a category of the line's branch, or one that the line names itself."""
Point = tuple[float, float] | None
Ranked = tuple[RankedLabel, CategoryInfo]


@dataclass(frozen=True, slots=True)
class CategoryReading:
    """The best category (None when unsure) and the suggestion to store."""

    category_id: int | None = None
    confidence: float = 0.0
    proposed: Proposed | None = None


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """The area a request speaks of (None: unknown or one must ask), how lists show it, and its mark."""

    area_code: str | None = None
    name: str = ""
    hint: str = ""
    mark: int | None = None
    confidence: float = 0.0
    proposed: Proposed | None = None


def _load_index() -> KeywordIndex | None:
    leaves = categories.index()
    return KeywordIndex(leaves, _meaning()) if leaves else None


def _load_gazetteer() -> tuple[Gazetteer, str] | None:
    data = areas.gazetteer_data()
    return (Gazetteer(data.areas, data.landmarks), home_code()) if data.areas else None


@cache
def _meaning() -> Meaning | None:
    try:
        return default_meaning()
    except ModelError:
        return None


keyword_index = Cached(_load_index, Topic.CATEGORIES)
gazetteer = Cached(_load_gazetteer, Topic.AREAS)


def home_code() -> str:
    """The area that the hotline serves: the deepest one that contains all others."""
    code = ""
    while len(below := areas.children(code)) == 1 and below[0].level <= AreaLevel.COUNTY:
        code = below[0].code
    return code


def category_name(code: str) -> str:
    """The full name of a leaf of the published tree; empty when it has no such leaf."""
    info = categories.category_by_code(code)
    return info.full_name if info is not None else ""


def area_name(code: str) -> str:
    """The full name of an area; empty when there is none."""
    info = areas.area_info(code)
    return info.full_name if info is not None else ""


@dataclass(frozen=True, slots=True)
class CityWords:
    """What the language room needs of this city; parts are None until the directory is filled."""

    home: str
    gazetteer: Gazetteer | None
    index: KeywordIndex | None
    model: CategoryModel | None


def words_of_the_city() -> CityWords:
    """The present words; next to nothing unless the directory has changed."""
    known = gazetteer()
    book, home = known or (None, "")
    return CityWords(home, book, keyword_index(), serving())


def category_of(read_as: Understanding, line: Line | None = None) -> CategoryReading:
    """The best leaf of the published tree; below `UNSURE_BELOW` only suggested, not used.

    Leaves of the branch of the line of business that it came by count for more, its most likely ones for more still.
    """
    ranked = read_as.categories[: 3 if line is None else None]
    found = [(one, info) for one in ranked if (info := categories.category_by_code(one.value)) is not None]
    said = read_as.category
    if line is not None and (preferred := _preferred(found, line)) is not None:
        if preferred[0][1].code != found[0][1].code:
            said = replace(said, basis=f"{said.basis}；由“{line.name}”打进来，其范围内的分类优先")
        found = preferred
    if not found:
        return CategoryReading()
    found = found[:3]
    best, info = found[0]
    value = {
        "category_id": info.id,
        "code": info.code,
        "others": [
            {"category_id": other.id, "label": other.full_name, "confidence": round(rank.probability, 3)}
            for rank, other in found[1:]
        ],
    }
    proposed = Proposed(
        SuggestedField.CATEGORY, value, info.full_name, round(best.probability, 4), said.basis, said.maker
    )
    return CategoryReading(info.id if best.probability >= UNSURE_BELOW else None, best.probability, proposed)


def _preferred(found: list[Ranked], line: Line) -> list[Ranked] | None:
    """The leaves weighed by the line, the best first; None where none of them belongs to it.

    A line changes the order only: nothing becomes surer by it than the words made the best of them.
    """
    weights = [_weight(info, line) for _, info in found]
    if not any(weight > 1 for weight in weights):
        return None
    rest = max(1.0 - sum(one.probability for one, _ in found), 0.0)
    raised = [one.probability * weight for (one, _), weight in zip(found, weights, strict=True)]
    whole = sum(raised) + rest
    most = max(one.probability for one, _ in found)
    shared = [
        (replace(one, probability=min(part / whole, most)), info)
        for (one, info), part in zip(found, raised, strict=True)
    ]
    order = sorted(range(len(found)), key=lambda at: -raised[at])
    return [shared[at] for at in order]


def _weight(info: CategoryInfo, line: Line) -> float:
    if any(code in info.path for code in line.hints):
        return HINTED
    return IN_BRANCH if line.category in info.path else 1.0


def place_of(said: str, read_as: Understanding, words: CityWords, point: Point = None) -> PlaceReading:
    """The area these words speak of; what the citizen gave as place counts before the text.

    ``point`` is latitude and longitude: where the words determine nothing it decides by the areas' boundaries, where
    both agree the deeper one counts, and where they contradict each other somebody has to ask.
    """
    if words.gazetteer is None:
        return PlaceReading()
    given = places.locate(said, words.home, words.gazetteer) if said else []
    on_map = areas.areas_at(*point) if point is not None else ()
    for candidates in (given, list(read_as.places)):
        if candidates and (reading := _reading(candidates)) is not None:
            return _agreed(reading, on_map) if on_map else reading
    return _on_map(on_map) if on_map else PlaceReading()


def _agreed(reading: PlaceReading, on_map: tuple[AreaInfo, ...]) -> PlaceReading:
    if reading.area_code is None:
        return _on_map(on_map)
    said = areas.area_info(reading.area_code)
    if said is None or any(one.code in said.path for one in on_map):
        return reading
    if len(on_map) == 1 and said.code in on_map[0].path:
        return _on_map(on_map)
    asked = [
        PlaceCandidate(
            one.code,
            one.level.name.lower(),
            0.5,
            f"文字指向{said.full_name}，坐标落在{one.full_name}，请核实",
            ask=True,
        )
        for one in on_map
    ]
    return _reading(asked) or PlaceReading()


def _on_map(on_map: tuple[AreaInfo, ...]) -> PlaceReading:
    several = len(on_map) > 1
    reason = "坐标落在重叠的边界内，请核实" if several else f"坐标落在{on_map[0].full_name}的边界内"
    found = [
        PlaceCandidate(one.code, one.level.name.lower(), 0.5 if several else 0.9, reason, ask=several) for one in on_map
    ]
    return _reading(found) or PlaceReading()


def _reading(candidates: list[PlaceCandidate]) -> PlaceReading | None:
    best = candidates[0]
    info = areas.area_info(best.area_code)
    if info is None:
        return None
    point = best.point or best.road
    value = {
        "area_code": info.code,
        "point": point,
        "ask": best.ask,
        "others": [one.area_code for one in candidates[1:4]],
    }
    label = f"{info.full_name}{point}"
    proposed = Proposed(SuggestedField.PLACE, value, label, round(best.confidence, 4), best.reason, places.MAKER)
    if best.ask:
        return PlaceReading(proposed=proposed, confidence=best.confidence)
    return PlaceReading(info.code, info.name + point, _hint(info), _mark(info.code, point), best.confidence, proposed)


def _hint(info: AreaInfo) -> str:
    """The place for lists: names below the city down to the street, no address."""
    level = min(info.level, AreaLevel.STREET)
    shown = [areas.area_info(code) for code in info.path]
    names = [one.name for one in shown if one and AreaLevel.COUNTY <= one.level <= level]
    return "".join(names or info.path_names[-1:])[:120]


def _mark(area_code: str, point: str) -> int:
    digest = hashlib.blake2b(f"{area_code}|{point}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
