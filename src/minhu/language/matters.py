"""The same matter, told by the same or by other people: how likely, and in which words one may say why.

Person, place, party, kind of matter, time and words are compared each by itself; a small logistic model weighs them.
What two texts share by naming the same place does not count once more as likeness of their words.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.language.categories import default_model
from minhu.language.features import BITS, Floats, Ints, clean, hashed
from minhu.language.likeness import shared_words
from minhu.language.matter_words import days_of, families_of, family
from minhu.language.parties import find_parties
from minhu.language.sites import find_sites

MAKER: Final = "matters/2026.1"
MODEL: Final = Path(__file__).parent / "models" / "matters-default" / "card.json"
LONGEST: Final = 600
"""Characters of a text that are compared; what comes later seldom says what the matter is."""
FEATURES: Final = (
    "words", "words_beside_names", "contained", "same_names", "other_names", "same_kind", "other_kind", "same_person",
    "same_area", "other_area", "apart", "too_far_apart", "kind_and_name", "kind_without_name", "other_building", "person_and_kind",
    "same_phrases",
)  # fmt: skip
_RARE: Final = 5.0
"""Inverse frequency from which a pair of characters is more likely a name than an everyday word."""
_SELDOM: Final = 4.5
_NAMES_AT_MOST: Final = 14.0

_AREA = re.compile(r"^(?:[A-Z]\d{0,2}|[\u4e00-\u9fff]{2,3}?)(?:市|区|县|镇|乡|街道)(?:的)?(?=[\u4e00-\u9fffA-Z])")
_TAIL = re.compile(
    r"(?:[0-9０-９A-Za-z一二三四五六七八九十]{1,5}(?:号楼|栋|幢|座|期|区|号院|号|单元|室|组)|门口|旁边?|附近|对面|里面|小区|社区|花园|家园|公寓"
    r"|有限责任公司|有限公司|公司|项目|工地|店|路口|交叉口|[东南西北]门)+$"
)
_COMMON = re.compile(
    r"周边|附近|建筑|施工|公立|民办|私立|大型|配套|新建|市政|政府|这条|那条|本市|我市|学校|小学|中学|大学|幼儿园|医院|集团|公司|搅拌[站厂]?|混凝土|广场|公园|道路"
    r"|市场|超市|工地|项目|小区|社区|街道|商铺|门面|物业|业主|省|市|县|区|村|镇|乡|路|街|桥|站|店|建|大|小|新|的|为|有|在|里|前|上|下"
)
_BUILDING = re.compile(r"([0-9０-９一二三四五六七八九十]{1,3})(?:号楼|栋|幢|座)")
_HAN_NUMBERS = str.maketrans("一二三四五六七八九", "123456789")
_COURTESY = re.compile(
    r"尊敬的?|领导|您好|你好|谢谢|感谢|希望|请问|请求?|有关部门|相关部门|书记|市长|解决|反映|投诉|举报|咨询|建议|我们|我是|[A-Z]\d{0,2}[市区县]|市民"
)


class Verdict(StrEnum):
    """What one may say of two reports."""

    SAME = "same"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True)
class Told:
    """One report of a matter, prepared for comparisons; ``person`` is any mark that only the same person has.

    ``moment`` is aware, or naive on both sides. ``place`` is what was said as the place beside the words;
    without ``kinds_known`` the families of matters are not looked for.
    """

    text: str
    moment: datetime | None = None
    person: str = ""
    area: str = ""
    place: str = ""
    kinds_known: bool = True

    @cached_property
    def body(self) -> str:
        return f"{self.place} {self.text}"[:LONGEST] if self.place else self.text[:LONGEST]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(families_of(self.body)) if self.kinds_known else frozenset()

    @cached_property
    def sites(self) -> tuple[str, ...]:
        return tuple(_cores(one.value for one in find_sites(self.body, 4)))

    @cached_property
    def parties(self) -> tuple[str, ...]:
        return tuple(_cores(one.value for one in find_parties(self.body)))

    @property
    def names(self) -> tuple[str, ...]:
        """Proper names of places and parties, without areas in front and common words behind."""
        return tuple(dict.fromkeys((*self.sites, *self.parties)))

    @cached_property
    def cleaned(self) -> str:
        return clean(_COURTESY.sub(" ", self.body))

    @cached_property
    def grams(self) -> tuple[Ints, Floats]:
        return _weighed(self.cleaned)

    @cached_property
    def buildings(self) -> frozenset[str]:
        return frozenset(one.translate(_HAN_NUMBERS) for one in _BUILDING.findall(self.body))


@dataclass(frozen=True, slots=True)
class Sameness:
    """How likely two reports are one matter (calibrated), what follows, and why in words."""

    probability: float
    verdict: Verdict
    reasons: tuple[str, ...]
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """The reasons as one line of Chinese."""
        return "，".join(self.reasons)


@dataclass(frozen=True, slots=True)
class Weights:
    """The model: one weight a feature, the constant, and the two lines between no, perhaps and same."""

    weights: tuple[float, ...]
    constant: float
    same_from: float
    perhaps_from: float


@dataclass(slots=True)
class _Shared:
    names: tuple[str, ...] = ()
    strength: float = 0.0
    kinds: tuple[str, ...] = ()
    values: list[float] = field(default_factory=list)


@cache
def default_weights() -> Weights:
    """The weights that come with the program."""
    return weights_of(json.loads(MODEL.read_text(encoding="utf-8")))


def weights_of(card: dict[str, object]) -> Weights:
    """The weights written in a card; raises ValueError when it was made for other features."""
    found = card.get("weights")
    if not isinstance(found, dict) or tuple(found) != FEATURES:
        raise ValueError("这个模型的特征与程序不一致，请重新训练")
    constant, same, perhaps = (float(str(card[name])) for name in ("constant", "same_from", "perhaps_from"))
    return Weights(tuple(float(value) for value in found.values()), constant, same, perhaps)


def compare(first: Told, second: Told, weights: Weights | None = None) -> Sameness:
    """How likely two reports are one matter; about 0.1 ms when both are prepared."""
    used = weights or default_weights()
    shared = _compared(first, second)
    score = used.constant + sum(w * v for w, v in zip(used.weights, shared.values, strict=True))
    probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
    verdict = Verdict.NO
    if probability >= used.perhaps_from:
        verdict = Verdict.SAME if probability >= used.same_from else Verdict.PERHAPS
    return Sameness(probability, verdict, _reasons(first, second, shared), shared.names, shared.kinds)


def features(first: Told, second: Told) -> list[float]:
    """The values that the model weighs, in the order of `FEATURES`."""
    return _compared(first, second).values


def _compared(first: Told, second: Told) -> _Shared:
    names, strength = _shared_names(first, second)
    kinds = first.kinds & second.kinds
    either = first.kinds | second.kinds
    phrases = _shared_phrases(first, second, names)
    words = _cosine(first.grams, second.grams)
    beside = words
    if names:
        beside = _cosine(_weighed(_without(first.cleaned, names)), _weighed(_without(second.cleaned, names)))
    kind = len(kinds) / len(either) if either else 0.0
    named = min(strength, _NAMES_AT_MOST) / _NAMES_AT_MOST
    apart = abs((first.moment - second.moment).total_seconds()) / 86_400 if first.moment and second.moment else 0.0
    share = apart / days_of(kinds)
    person = bool(first.person) and first.person == second.person
    known = bool(first.area and second.area)
    within = known and (first.area.startswith(second.area) or second.area.startswith(first.area))
    values = [
        words, beside, _contained(first.grams[0], second.grams[0]), named,
        float(not names and _differ(first, second)), kind, float(bool(first.kinds and second.kinds) and not kinds),
        float(person), float(within), float(known and not within), min(share, 1.0), float(share > 1.0),
        float(bool(kinds)) * named, float(bool(kinds)) * (1.0 - min(1.0, named * 2)),
        float(bool(first.buildings and second.buildings) and not first.buildings & second.buildings),
        float(person and bool(kinds)), min(sum(map(_rarity, phrases)), _NAMES_AT_MOST) / _NAMES_AT_MOST,
    ]  # fmt: skip
    return _Shared(names, strength, tuple(sorted(kinds)), values)


def _differ(first: Told, second: Told) -> bool:
    """Whether both name places, or both name parties: then, where none is shared, they speak of different ones."""
    return bool((first.sites and second.sites) or (first.parties and second.parties))


def _cores(said: Iterable[str]) -> Iterator[str]:
    for one in said:
        for part in re.split(r"(?<=[路街道])[与和跟]", one):
            core = _TAIL.sub("", _AREA.sub("", part))
            if _is_name(core) and _rarity(core) >= _RARE:
                yield core


def _is_name(words: str) -> bool:
    return len(words) >= 2 and len(_COMMON.sub("", words)) >= 2


def _shared_phrases(first: Told, second: Told, names: Sequence[str]) -> tuple[str, ...]:
    """Runs of three to eight characters that both say and that are neither a kind of matter nor everyday words."""
    runs = shared_words(first.body[:300], _COURTESY.sub(" ", second.body[:300]), 12)
    return tuple(
        one for one in runs
        if 3 <= len(one) <= 8 and _is_name(one) and not families_of(one) and _everywhere_rare(one)
        and not any(one in name or name in one for name in names)
    )  # fmt: skip


def _shared_names(first: Told, second: Told) -> tuple[tuple[str, ...], float]:
    """Names that both texts say, also where only one of them was recognised as a name; and how rare they are."""
    found: dict[str, float] = {}
    for names, text in ((first.names, second.body), (second.names, first.body)):
        for name in names:
            part = _longest_part(name, text)
            if part and not any(part in other for other in found):
                found[part] = _rarity(part)
    kept = {one: value for one, value in found.items() if value >= _RARE and _is_name(one)}
    return tuple(kept), sum(value for value in kept.values())


def _longest_part(name: str, text: str) -> str:
    """The longest part of a name (at least two thirds, two characters) that the text has."""
    least = max(2, math.ceil(len(name) * 2 / 3))
    for size in range(len(name), least - 1, -1):
        for at in range(len(name) - size + 1):
            if name[at : at + size] in text:
                return name[at : at + size]
    return ""


def _rarity(words: str) -> float:
    """The greatest inverse frequency among the pairs of characters of some words."""
    buckets, _ = hashed(clean(words), (2,), BITS)
    return float(_frequency()[buckets].max()) if len(buckets) else 0.0


def _everywhere_rare(words: str) -> bool:
    """Whether every pair of characters is seldom met: a name, not a turn of phrase."""
    buckets, _ = hashed(clean(words), (2,), BITS)
    return bool(len(buckets)) and float(_frequency()[buckets].min()) >= _SELDOM


@cache
def _frequency() -> Floats:
    """Inverse document frequency of every bucket; what the training texts never had is as rare as anything."""
    known = default_model().idf.astype(np.float32)
    return np.where(known > 0, known, known.max()).astype(np.float32)


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(clean(name), " ")
    return text


def _weighed(text: str) -> tuple[Ints, Floats]:
    """Distinct n-grams and their weights, of length one."""
    buckets, _ = hashed(text, (2, 3), BITS)
    if not len(buckets):
        return buckets, np.zeros(0, np.float32)
    distinct, counts = np.unique(buckets, return_counts=True)
    weights = (1.0 + np.log(counts)) * _frequency()[distinct]
    return distinct, (weights / np.sqrt((weights * weights).sum())).astype(np.float32)


def _cosine(first: tuple[Ints, Floats], second: tuple[Ints, Floats]) -> float:
    _, left, right = np.intersect1d(first[0], second[0], assume_unique=True, return_indices=True)
    values: npt.NDArray[np.float32] = first[1][left] * second[1][right]
    return float(values.sum())


def _contained(first: Ints, second: Ints) -> float:
    least = min(len(first), len(second))
    return len(np.intersect1d(first, second, assume_unique=True)) / least if least else 0.0


def _reasons(first: Told, second: Told, shared: _Shared) -> tuple[str, ...]:
    """What speaks for and against, each a few words."""
    at = dict(zip(FEATURES, shared.values, strict=True))
    lines = []
    if at["same_person"]:
        lines.append("同一来电人")
    if shared.names:
        lines.append("同一地点或对象（" + "、".join(shared.names[:3]) + "）")
    elif at["same_area"]:
        lines.append("同一辖区")
    if shared.kinds:
        lines.append("同一类事（" + "、".join(family(code).name for code in shared.kinds[:3]) + "）")
    if first.moment and second.moment:
        lines.append(_apart(abs((first.moment - second.moment).total_seconds()) / 3600))
    if at["words_beside_names"] >= 0.1:
        lines.append(f"文字相近 {at['words_beside_names']:.0%}")
    against = (
        ("other_names", "地点或对象不同"),
        ("other_kind", "事情不同"),
        ("other_building", "楼栋不同"),
        ("too_far_apart", "相隔太久"),
    )
    return (*lines, *(words for name, words in against if at[name]))


def _apart(hours: float) -> str:
    if hours < 1:
        return "相隔不到一小时"
    return f"相隔 {round(hours)} 小时" if hours < 48 else f"相隔 {round(hours / 24)} 天"
