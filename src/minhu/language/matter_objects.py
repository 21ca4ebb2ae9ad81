"""What two reports may have in common beside their kind: objects named by their shape, and rare runs of characters.

A shop, a works, a village or a bus line stands in no directory. Its name is found by the word behind it (27路, 永昌服装厂,
柳滩店), and where the other tells it without that word (做衣裳那个永昌) by being a rare run that both say. Two objects
of one kind that have nothing in common speak against one matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import numpy as np

from minhu.kernel.patterns import regex
from minhu.language.categories import default_model
from minhu.language.features import BITS, Floats, clean, hashed

Objects = Mapping[str, frozenset[str]]
SHARP: Final = {
    "line": "线路不同", "building": "楼栋不同", "gate": "出入口不同", "plate": "车号不同", "branch": "门店不同",
}  # fmt: skip
"""Kinds of objects that are written alike by everybody: where both name one and share none, it is not one matter."""
_NUMBERED: Final = frozenset({"line", "building", "plate"})
_SELDOM: Final = 4.5
_RARE_NAME: Final = 5.5
_H: Final = "[\u4e00-\u9fff]"
_NUMBER: Final = "[0-9０-９一二三四五六七八九十]{1,3}"
_SHAPES: Final = {
    kind: regex(pattern)
    for kind, pattern in {
        "line": rf"({_NUMBER})路(?=公交|车|司机|线|取|改|不|就|末|[，。、！？\s]|$)|(?:公交|坐|趟){_H}?({_NUMBER})(?:路|在|就|不|车)|(?:地铁|轻轨)?({_NUMBER})号(?=线|[东南西北]延)",
        "building": rf"({_NUMBER})(?:号楼|栋|幢|座)",
        "gate": r"([东南西北])(?:大?门|边那?个?[口门]|头(?=[\u4e00-\u9fff]))",
        "plate": r"尾[号数]是?([0-9A-Za-z]{2,5})",
        "branch": r"((?![饭酒药书花烤串鞋网茶肉菜商小])(?:(?![的卖家])[\u4e00-\u9fff])(?:(?![饭酒药书花烤串鞋网茶肉菜面粉的])[\u4e00-\u9fff]))分?店(?![长家里铺主门员])",
        "village": rf"({_H}{{1,2}})(?:村|屯|庄(?!稼)|寨|岔)(?![民委里口支书上东西头])",
        "estate": rf"({_H}{{2}})(?:小区|花园|家园|公寓|新村|华庭|华府|名都|嘉园|[佳雅]?苑|[湾里](?=[\d，。]|小区|地|物|这|的|业))",
        "school": rf"({_H}{{2}})(?:小学|中学|幼儿园|学校|大学)",
        "firm": rf"({_H}{{2}})(?:{_H}{{0,2}}厂|化工|服装|健身|餐[厅饮吧]|饭店|驾校|酒店|超市|大?药房|营业厅|养老院|公司|集团|教育|培训|[清酒]吧|粉店|面馆)",
        "road": rf"({_H}{{2}})(?:大道|路(?![口灯面边上人段过])|街(?!道)|巷)",
        "square": rf"({_H}{{2}})(?:公园|广场|菜?市场)",
        "hospital": rf"({_H}{{2}})医院",
    }.items()
}
_NO_NAME = regex(
    r"我们|这个|那个|小区|整个|隔壁|旁边|附近|学校|一[个家]|这家|那家|俺们|门口|什么|[过马]路|公司|上班|工地|[他她它的了在从]"
)
# Told only to say that it is another one: 隔壁杨树屯, 和加油站那边是两头.
_OTHERS = regex(
    rf"(?:隔壁|不是){_H}{{1,4}}?(?:村|屯|庄|小区|苑|路|街|栋|店|厂)|[，。；][^，。；]*(?:两头|两回事|不是一[回个]|不一样的?地方)[^，。；]*"
)
_PHRASE = regex(r"[\u4e00-\u9fffA-Za-z0-9]+")
_AREA = regex(rf"{_H}{{2}}(?:市|区|县|镇|乡|街道)")
_EDGES = regex(r"^(?:我们|俺们|咱们|我|俺|在|到|去|的|了|是|那|这|个)+|(?:我们|的|了|是|在|那|这|个|都|也|说|有)+$")
_WIDE: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_DIGITS: Final = {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
_AGAIN = regex(
    r"(?:上次|上回|上个?月|之前|[一二三四五六七八九十\d]月|那次)[^。；]{0,20}(?:好了|[通修]好|来了|恢复|就来|装了|管了)[^。]*(?:又|今[天早晚]|这次|昨)"
    r"|又[^。；]{0,8}(?:这次|另一[段处个])"
)
_CONTINUED = regex(
    r"补充|更正|上次|上回|上个?月|上周|反映(?:过)?的|至今|再问|还是|你们说|答复|承认|补上|后来|昨[天晚]那|那趟"
)


def objects_of(text: str) -> Objects:
    """Names of objects by their kind; what is told only as another one is left out. Numbers are written in digits."""
    own = _OTHERS.sub(" ", text)
    found = {kind: frozenset(_names(kind, shape, own)) for kind, shape in _SHAPES.items()}
    return {kind: names for kind, names in found.items() if names}


def apart(first: Objects, second: Objects, first_text: str, second_text: str) -> tuple[str, ...]:
    """Kinds of which both name objects and share none; names of places and firms count as shared where the other says them."""
    kinds = []
    for kind in first.keys() & second.keys():
        mine, theirs = first[kind], second[kind]
        told = kind not in SHARP and (
            any(one in second_text for one in mine) or any(one in first_text for one in theirs)
        )
        if not mine & theirs and not told:
            kinds.append(kind)
    return tuple(sorted(kinds))


def shared(first: Objects, second: Objects) -> int:
    """In how many kinds both name the same object."""
    return sum(bool(names & second.get(kind, frozenset())) for kind, names in first.items())


def without_others(text: str) -> str:
    """A text without the places that it names only to say that they are other ones."""
    return _OTHERS.sub(" ", text)


def says_other(text: str, other: str) -> bool:
    """Whether a text names what the other one is about only to say that it means something else."""
    clauses = [hit.group() for hit in _OTHERS.finditer(text)]
    return any(rarity(run) >= _RARE_NAME for clause in clauses for run in shared_runs(clause, other))


def shared_runs(first: str, second: str) -> tuple[str, ...]:
    """The longest runs of at least two characters that both texts have, without areas and everyday edges."""
    found: dict[str, None] = {}
    for phrase in _PHRASE.findall(_AREA.sub(" ", first)):
        at = 0
        while at < len(phrase) - 1:
            end = at + 2
            if phrase[at:end] not in second:
                at += 1
                continue
            while end < len(phrase) and phrase[at : end + 1] in second:
                end += 1
            found[phrase[at:end]] = None
            at = end - 1 if end - at > 2 else at + 1
    plain = dict.fromkeys(_EDGES.sub("", one) for one in found)
    return tuple(one for one in plain if len(one) >= 2 and not any(one != other and one in other for other in plain))


def told_anew(text: str) -> bool:
    """Whether a text says that what was mended has happened again: another event of the same kind."""
    return bool(_AGAIN.search(text))


def goes_on(text: str) -> bool:
    """Whether a text refers to what its writer said before."""
    return bool(_CONTINUED.search(text))


def rarity(words: str) -> float:
    """The greatest inverse frequency among the pairs of characters of some words."""
    values = rarities(words)
    return float(values.max()) if len(values) else 0.0


def rarities(words: str) -> Floats:
    """The inverse frequency of each pair of characters, in order."""
    buckets, _ = hashed(clean(words), (2,), BITS)
    return frequency()[buckets]


def everywhere_rare(words: str) -> bool:
    """Whether every pair of characters is seldom met: a name, not a turn of phrase."""
    values = rarities(words)
    return bool(len(values)) and float(values.min()) >= _SELDOM


@cache
def frequency() -> Floats:
    """Inverse document frequency of every bucket; what the training texts never had is as rare as anything."""
    known = default_model().idf.astype(np.float32)
    return np.where(known > 0, known, known.max()).astype(np.float32)


def _names(kind: str, shape: re.Pattern[str], text: str) -> Iterator[str]:
    for hit in shape.finditer(text):
        name = next(one for one in hit.groups() if one)
        if kind in _NUMBERED:
            yield _digits(name)
        elif not _NO_NAME.search(name) and (len(name) == 1 or rarity(name) >= _SELDOM):
            yield name


def _digits(said: str) -> str:
    """十一 as 11; anything else stays with its single numerals written in digits."""
    plain = said.translate(_WIDE)
    ten = re.fullmatch("([一二三四五六七八九])?十([一二三四五六七八九])?", plain)
    if ten:
        return str(_DIGITS.get(ten[1] or "", 1) * 10 + _DIGITS.get(ten[2] or "", 0))
    return "".join(str(_DIGITS.get(sign, sign)) for sign in plain)
