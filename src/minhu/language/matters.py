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

from minhu.kernel.patterns import regex
from minhu.language import matter_objects as objects
from minhu.language.features import BITS, Floats, Ints, clean, hashed
from minhu.language.matter_objects import SHARP, Objects, objects_of, without_others
from minhu.language.matter_words import days_of, families_of, family
from minhu.language.meaning import default_meaning
from minhu.language.parties import find_parties
from minhu.language.sites import find_sites

MAKER: Final = "matters/2026.2"
MODEL: Final = Path(__file__).parent / "models" / "matters-default" / "card.json"
LONGEST: Final = 600
"""Characters of a text that are compared; what comes later seldom says what the matter is."""
FEATURES: Final = (
    "words", "contained", "meaning", "same_names", "other_names", "same_kind", "other_kind", "same_person", "same_area", "other_area",
    "apart", "too_far_apart", "days", "rarest_run", "second_run", "runs", "same_object", "other_object", "other_place", "goes_on",
    "told_anew", "object", "object_meaning", "object_kind", "kind_without_object", "person_and_kind",
)  # fmt: skip
_RARE: Final = 5.0
"""Inverse frequency from which a pair of characters is more likely a name than an everyday word."""
_NAMES_AT_MOST: Final = 14.0

_AREA = regex(r"^(?:[A-Z]\d{0,2}|[\u4e00-\u9fff]{2,3}?)(?:市|区|县|镇|乡|街道)(?:的)?(?=[\u4e00-\u9fffA-Z])")
_TAIL = regex(
    r"(?:[0-9０-９A-Za-z一二三四五六七八九十]{1,5}(?:号楼|栋|幢|座|期|区|号院|号|单元|室|组)|门口|旁边?|附近|对面|里面|小区|社区|花园|家园|公寓"
    r"|有限责任公司|有限公司|公司|项目|工地|店|路口|交叉口|[东南西北]门)+$"
)
_COMMON = regex(
    r"周边|附近|建筑|施工|公立|民办|私立|大型|配套|新建|市政|政府|这条|那条|本市|我市|学校|小学|中学|大学|幼儿园|医院|集团|公司|搅拌[站厂]?|混凝土|广场|公园|道路"
    r"|市场|超市|工地|项目|小区|社区|街道|商铺|门面|物业|业主|省|市|县|区|村|镇|乡|路|街|桥|站|店|建|大|小|新|的|为|有|在|里|前|上|下"
)
_READ: Final = 300
"""Characters in which shared runs are looked for."""
_EVERYDAY: Final = 4.0
_LONGEST_NAME: Final = 12
"""Longer runs are quoted: paragraphs of a law stand in many complaints, and are shown to nobody as a name."""
_RARE_RUN: Final = 5.5
_RUNS_AT_MOST: Final = 20.0
_SOON: Final = 2.0
"""Days within which a second report of something that has come again tells the same event."""
_COURTESY = regex(
    r"刻不容缓|(?:在)?(?:国家|省里)?大力(?:倡导|支持)|(?:的)?大?背景下|有何具体(?:政策)?(?:和|与)?(?:行动)?(?:时间)?|加快|[建发]\w?设?(?:力度|步伐)|力度|步伐|作为(?:内陆|中部)?(?:人口)?大[省市]|地处(?:中部)?|常年|人口流失严重|转型升级"
    r"|周边(?:城市|省市|省会)?|早已|差距极大|铺天盖地|早日|不知|市委市政府|省会|实体产业|产业发展|滞后|低端|落后|规划多年|迟迟|全覆盖|建设|尊敬的?|领导|您好|你好|谢谢|感谢|希望|请问|请求?|有关部门|相关部门|书记|市长|解决|反映|投诉|举报|咨询|建议|我们|我是|[A-Z]\d{0,2}[市区县]|市民"
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
    def plain(self) -> str:
        """The beginning without courtesies and without places told as other ones."""
        return without_others(_COURTESY.sub(" ", self.body[:_READ]))

    @cached_property
    def objects(self) -> Objects:
        return objects_of(self.body)


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
    against: tuple[str, ...] = ()
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
        verdict = Verdict.SAME if probability >= used.same_from and not shared.against else Verdict.PERHAPS
    return Sameness(probability, verdict, _reasons(first, second, shared), shared.names, shared.kinds)


def features(first: Told, second: Told) -> list[float]:
    """The values that the model weighs, in the order of `FEATURES`."""
    return _compared(first, second).values


def contradicted(first: Told, second: Told) -> tuple[str, ...]:
    """What forbids to call two reports the same, however likely it is: another building, line or event, in words."""
    return _compared(first, second).against


def _compared(first: Told, second: Told) -> _Shared:
    names, strength = _shared_names(first, second)
    kinds = first.kinds & second.kinds
    either = first.kinds | second.kinds
    kind = len(kinds) / len(either) if either else 0.0
    named = min(strength, _NAMES_AT_MOST) / _NAMES_AT_MOST
    days = abs((first.moment - second.moment).total_seconds()) / 86_400 if first.moment and second.moment else 0.0
    share = days / days_of(kinds)
    person = bool(first.person) and first.person == second.person
    known = bool(first.area and second.area)
    within = known and (first.area.startswith(second.area) or second.area.startswith(first.area))
    runs = _rare_runs(first.plain, second.plain)
    same_object = min(objects.shared(first.objects, second.objects), 2) / 2
    other = objects.apart(first.objects, second.objects, first.plain, second.plain)
    said_later = _later(first, second)
    anew = days > _SOON and objects.told_anew(said_later)
    rarest = runs[0][1] if runs else 0.0
    place = max(rarest, named, same_object)
    meaning = _meaning(first.plain, second.plain, [run for run, value in runs if value * 6 + _EVERYDAY >= _RARE_RUN])
    values = [
        _cosine(first.grams, second.grams), _contained(first.grams[0], second.grams[0]), meaning, named,
        float(not names and _differ(first, second)), kind, float(bool(first.kinds and second.kinds) and not kinds),
        float(person), float(within), float(known and not within), min(share, 1.0), float(share > 1.0),
        min(math.log1p(days) / 5, 1.0), rarest, runs[1][1] if len(runs) > 1 else 0.0,
        min(sum(value * 6 for _, value in runs), _RUNS_AT_MOST) / _RUNS_AT_MOST, same_object,
        float(any(one in SHARP for one in other)), float(any(one not in SHARP for one in other)),
        float(person and objects.goes_on(said_later)), float(anew), place, place * meaning, place * kind,
        (1 - min(place, 1.0)) * kind, float(person) * kind,
    ]  # fmt: skip
    elsewhere = not names and _differ(first, second) and not same_object and not _tied(runs, first, second)
    against = (
        *(SHARP[one] for one in other if one in SHARP),
        *(("说的是又一次",) if anew else ()),
        *(("说明不是那一处",) if _denied(first, second) else ()),
        *(("地点或对象不同",) if elsewhere else ()),
    )
    told = names or tuple(run for run, value in runs[:2] if value * 6 + _EVERYDAY >= _RARE_RUN and _may_be_shown(run))
    return _Shared(told, strength, tuple(sorted(kinds)), against, values)


def _may_be_shown(run: str) -> bool:
    return len(run) <= _LONGEST_NAME and not families_of(run)


def _later(first: Told, second: Told) -> str:
    """The words of the later report; of both where that is not known."""
    if first.moment and second.moment and first.moment != second.moment:
        return max((first, second), key=lambda one: (one.moment is not None, one.moment)).body
    return f"{first.body}。{second.body}"


def _rare_runs(first: str, second: str) -> list[tuple[str, float]]:
    """Runs that both say and how rare they are, 0 for everyday pairs of characters, the rarest first."""
    found = []
    for run in objects.shared_runs(*sorted((first, second))):
        values = sorted(objects.rarities(run), reverse=True)
        if values:
            best = float(values[0]) + (0.3 * min(float(values[1]), 8.0) if len(values) > 1 else 0.0)
            found.append((run, max(best - _EVERYDAY, 0.0) / 6))
    return sorted(found, key=lambda one: -one[1])


def _denied(first: Told, second: Told) -> bool:
    return objects.says_other(first.body, second.plain) or objects.says_other(second.body, first.plain)


def _tied(runs: Sequence[tuple[str, float]], first: Told, second: Told) -> bool:
    """Whether a rare run is part of a name that either text has, or a name part of it."""
    known = (
        *first.names,
        *second.names,
        *(name for one in (first, second) for of in one.objects.values() for name in of),
    )
    rare = [run for run, value in runs if value * 6 + _EVERYDAY >= _RARE_RUN]
    return any(run in name or (len(name) >= 2 and name in run) for run in rare for name in known)


def _meaning(first: str, second: str, names: Sequence[str]) -> float:
    """How near two texts are in the space of meaning when what both name is taken out."""
    space = default_meaning()
    left, right = (space.vector(_without(clean(one), names)) for one in (first, second))
    return float(np.dot(left, right))


def _differ(first: Told, second: Told) -> bool:
    """Whether both name places, or both name parties: then, where none is shared, they speak of different ones."""
    return bool((first.sites and second.sites) or (first.parties and second.parties))


def _cores(said: Iterable[str]) -> Iterator[str]:
    for one in said:
        for part in re.split(r"(?<=[路街道])[与和跟]", one):
            core = _TAIL.sub("", _AREA.sub("", part))
            if _is_name(core) and objects.rarity(core) >= _RARE:
                yield core


def _is_name(words: str) -> bool:
    return len(words) >= 2 and len(_COMMON.sub("", words)) >= 2


def _shared_names(first: Told, second: Told) -> tuple[tuple[str, ...], float]:
    """Names that both texts say, also where only one of them was recognised as a name; and how rare they are."""
    found: dict[str, float] = {}
    for names, text in ((first.names, second.body), (second.names, first.body)):
        for name in names:
            part = _longest_part(name, text)
            if part and not any(part in other for other in found):
                found[part] = objects.rarity(part)
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
    weights = (1.0 + np.log(counts)) * objects.frequency()[distinct]
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
    if at["words"] >= 0.1:
        lines.append(f"文字相近 {at['words']:.0%}")
    against = (
        ("other_kind", "事情不同"),
        ("too_far_apart", "相隔太久"),
    )
    return (*lines, *shared.against, *(words for name, words in against if at[name]))


def _apart(hours: float) -> str:
    if hours < 1:
        return "相隔不到一小时"
    return f"相隔 {round(hours)} 小时" if hours < 48 else f"相隔 {round(hours / 24)} 天"
