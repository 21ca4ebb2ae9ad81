"""The gazetteer: areas and landmarks by every name they are called, with a fast look-up of names in a text.

Knows nothing about sentences; ``places`` decides what a mention means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minhu.kernel.patterns import regex
from minhu.language.sounds import SoundIndex
from minhu.language.types import AreaEntry, AreaLevel, Landmark

RANK: Mapping[AreaLevel, int] = {level: at for at, level in enumerate(AreaLevel)}
_DIVISION_LEVELS = (AreaLevel.PROVINCE, AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.STREET)
# Rows of the official table that are headings, not names anybody says.
_HEADING = regex(r"^(?:市辖区|县|.*直辖县级行政区划)$")
_PEOPLE = (
    "蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|高山|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米"
    "|塔吉克|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
# Peoples of one character always carry 族 in a name, else 彭水 would lose its 水.
_ONE_CHARACTER = "[回藏苗彝壮满侗瑶白傣黎佤畲水土羌怒京]族"
_AUTONOMOUS = regex(rf"(?:(?:{_PEOPLE})族?|{_ONE_CHARACTER}|各族)+自治([区州县旗])$")
_PEOPLE_TOWN = regex(rf"(?:(?:{_PEOPLE})族|{_ONE_CHARACTER})+(乡|镇|苏木)$")
_ZONE = regex(r"(?P<kind>经济(?:技术)?|高新(?:技术)?(?:产业)?)开发区$")
_ZONE_SHORT = {"经": "经开区", "高": "高新区"}
_SHORT = {
    AreaLevel.PROVINCE: regex(r"(?:省|市|特别行政区|自治区)$"),
    AreaLevel.CITY: regex(r"(?:市|地区|盟|州)$"),
    AreaLevel.COUNTY: regex(r"(?:新区|区|县|市|旗)$"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """What one name may stand for; ``full`` is false for short forms such as 岳麓 for 岳麓区."""

    codes: tuple[str, ...]
    full: bool
    landmark: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text."""

    start: int
    end: int
    text: str
    name: Name


class Gazetteer:
    """Areas by code and by name. Codes are opaque; the tree is given by ``parent``."""

    def __init__(self, areas: Iterable[AreaEntry], landmarks: Iterable[Landmark] = ()) -> None:
        self.areas: dict[str, AreaEntry] = {area.code: area for area in areas}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        self._sounds: dict[str, SoundIndex] = {}
        names: dict[str, tuple[dict[str, None], bool, str]] = {}
        for area in self.areas.values():
            self._children.setdefault(area.parent, []).append(area.code)
            if _HEADING.match(area.name):
                continue
            for text, full in (*_names_of(area), *self._zone_names(area)):
                self._put(names, text, area.code, full, "")
        for landmark in landmarks:
            if landmark.area_code in self.areas:
                for text in (landmark.name, *landmark.aliases):
                    if len(text) >= 2 and (text not in names or names[text][2]):
                        self._put(names, text, landmark.area_code, True, landmark.kind)
        self._names = {text: Name(tuple(codes), full, kind) for text, (codes, full, kind) in names.items()}
        lengths: dict[str, set[int]] = {}
        for text in self._names:
            lengths.setdefault(text[:2], set()).add(len(text))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def _zone_names(self, area: AreaEntry) -> list[tuple[str, bool]]:
        """What people call a functional zone: 合肥经济技术开发区 is 合肥经开区, and 经开区 in its own city."""
        if area.level is not AreaLevel.COUNTY:
            return []
        above = [self.areas[code].name for code in self.chain(area.code)[:-1]]
        plain = area.name
        for name in above:
            plain = plain.removeprefix(name).removeprefix(_SHORT[AreaLevel.CITY].sub("", name)).removeprefix(
                _SHORT[AreaLevel.PROVINCE].sub("", name))  # fmt: skip
        found = [(plain, True)] if plain != area.name and len(plain) >= 3 else []
        zone = _ZONE.search(plain)
        if zone is not None:
            short = plain[: zone.start()] + _ZONE_SHORT[zone["kind"][0]]
            city = next(
                (_SHORT[AreaLevel.CITY].sub("", name) for name in reversed(above) if not _HEADING.match(name)), ""
            )
            found += [(short, True), (city + short, True)]
        return found

    @staticmethod
    def _put(names: dict[str, tuple[dict[str, None], bool, str]], text: str, code: str, full: bool, kind: str) -> None:
        codes, was_full, was_kind = names.get(text, ({}, full, kind))
        if full and not was_full:
            codes, was_full, was_kind = {}, True, kind
        elif was_full and not full:
            return
        codes[code] = None
        names[text] = (codes, was_full, was_kind)

    @classmethod
    def from_divisions(cls, tree: Sequence[Mapping[str, Any]], landmarks: Iterable[Landmark] = ()) -> Gazetteer:
        """From the nested table of provinces (2 digits), cities (4), counties (6) and streets (9).

        Raises ``ValueError`` when the shape is another one.
        """
        areas: list[AreaEntry] = []

        def walk(rows: Sequence[Mapping[str, Any]], parent: str, depth: int) -> None:
            for row in rows:
                areas.append(AreaEntry(str(row["code"]), parent, str(row["name"]), _DIVISION_LEVELS[depth]))
                walk(row.get("children", ()), str(row["code"]), depth + 1)

        try:
            walk(tree, "", 0)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError("行政区划文件的格式不对：应为省—市—县—街道四级的嵌套列表，每项有 code 与 name") from error
        return cls(areas, landmarks)

    def chain(self, code: str) -> tuple[str, ...]:
        """Codes from the top down to ``code`` itself."""
        found = self._chains.get(code)
        if found is None:
            area = self.areas.get(code)
            found = () if area is None else (*(self.chain(area.parent) if area.parent else ()), code)
            self._chains[code] = found
        return found

    def within(self, code: str, above: str) -> bool:
        """Whether ``code`` is ``above`` or lies in it."""
        return above in self.chain(code)

    def level(self, code: str) -> AreaLevel:
        """The level of a known code."""
        return self.areas[code].level

    def children(self, code: str) -> Sequence[str]:
        """Codes directly below."""
        return self._children.get(code, ())

    def sounds(self, above: str) -> SoundIndex:
        """Names of what lies in an area, by their sound; made when first asked for."""
        index = self._sounds.get(above)
        if index is None:
            below, names = list(self.children(above)), []
            while below:
                area = self.areas[below.pop()]
                below.extend(self.children(area.code))
                if area.valid and RANK[area.level] <= RANK[AreaLevel.STREET]:
                    names.append((area.name, area.code))
            index = self._sounds[above] = SoundIndex(names)
        return index

    def home(self, code: str) -> tuple[str, str]:
        """The area of a home code (padded city codes allowed) and the city around it; empty when unknown."""
        own = code.strip()
        while own and own not in self.areas:
            own = own[:-2] if own.endswith("00") else ""
        if not own:
            return "", ""
        around = own
        for above in self.chain(own):
            if self.level(above) is AreaLevel.CITY:
                around = self.areas[above].parent if _HEADING.match(self.areas[above].name) else above
        return (around, around) if _HEADING.match(self.areas[own].name) else (own, around)

    def full_name(self, code: str) -> str:
        """Names from the top down, headings left out."""
        return "".join(self.areas[one].name for one in self.chain(code) if not _HEADING.match(self.areas[one].name))

    def get(self, text: str) -> Name | None:
        """What exactly this name stands for."""
        return self._names.get(text)

    def hits(self, text: str) -> list[Hit]:
        """Names in the text, longest first from the left, without overlaps."""
        found: list[Hit] = []
        at, end = 0, len(text) - 1
        lengths, names = self._lengths, self._names
        while at < end:
            known = lengths.get(text[at : at + 2])
            if known is None:
                at += 1
                continue
            for length in known:
                piece = text[at : at + length]
                name = names.get(piece)
                if name is not None and len(piece) == length and (name.full or not self._full_inside(text, at, length)):
                    found.append(Hit(at, at + length, piece, name))
                    at += length - 1
                    break
            at += 1
        return found

    def _full_inside(self, text: str, at: int, length: int) -> bool:
        """Whether a full name begins inside a short one and ends behind it: 和平鲁区 holds 平鲁区, not 和平."""
        for start in range(at + 1, at + length):
            for longer in self._lengths.get(text[start : start + 2], ()):
                name = self._names.get(text[start : start + longer])
                if name is not None and name.full and start + longer > at + length:
                    return True
        return False


def _names_of(area: AreaEntry) -> list[tuple[str, bool]]:
    """Every name of an area with whether it is a full form."""
    names = [(area.name, True)] + [(alias, True) for alias in area.aliases if len(alias) >= 2]
    short = _SHORT.get(area.level)
    plain = _AUTONOMOUS.sub("", area.name)
    if plain != area.name:
        suffix = _AUTONOMOUS.search(area.name)
        if suffix and len(plain) >= 2:
            names += [(plain + suffix.group(1), True), (f"{plain}自治{suffix.group(1)}", True), (plain, False)]
    elif short is not None:
        stem = short.sub("", area.name)
        if len(stem) >= 2 and stem != area.name:
            names.append((stem, False))
    elif area.level is AreaLevel.STREET:
        if area.name.endswith("街道") and len(area.name) > 3:
            names += [(area.name + "办", True), (area.name[:-2] + "街办", True), (area.name[:-2] + "办事处", True)]
        if area.name.endswith(("镇街道", "乡街道")):
            names.append((area.name[:-2], True))
        town = _PEOPLE_TOWN.sub(r"\1", area.name)
        if town != area.name and len(town) >= 3:
            names.append((town, True))
    return names
