"""Did the same person write, on another channel? Did they write about the same thing? Pure rules with their reasons.

What the network proves (who calls, who sends a text message, an account of WeChat) counts more than what somebody says of
himself (a telephone number in his words, the sender of a mail). Evidence adds up, contradictions cap it. A result is for
an agent's eyes and for proposals; only what is proved or was confirmed by a person may carry a rule (``proved``).
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.likeness import Compared
from minhu.language.matters import Sameness, Told, compare

SURE, LIKELY = 0.8, 0.5
WINDOW: Final = timedelta(hours=48)
"""Within which the same words speak for the same person."""
SHORTEST: Final = 14
"""Characters of words below which likeness says nothing: 'hello' is everybody's."""
_ACCOUNTS: Final = {
    "wechat": (0.97, "同一个微信账号"),
    "partner": (0.9, "同一个平台账号"),
    "email": (0.85, "发件地址相同（未核实）"),
}
_MOBILE = regex(r"1[3-9]\d{9}", re.ASCII)
_PHONE = regex(r"(?<![\d.])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?![\d.])", re.ASCII)
_NOT_OWN = regex(r"(?:物业|开发商|中介|商家|店|公司|骗子|对方|陌生|客服|来电|老板|房东|他|她|他们)[^，。；\n]{0,12}$")
_NAME = regex(
    r"(?:我叫|我是|我姓|本人姓?|姓名[:：]?|联系人[:：]?|署名[:：]?)\s*([\u4e00-\u9fff]{1,4}?)(?=先生|女士|[，。,.；\s（(]|$)"
)
_NO_NAME = regex(
    r"居民|业主|市民|住户|群众|租户|老人|学生|家长|司机|商户|你们|一名|一个|这|那|小区|村|来|想|在|住|从|今|去|第|刚|上|前|昨"
)


class Belief(StrEnum):
    """How far two voices are one person's."""

    SAME = "same"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Voice:
    """What is known of who spoke: ``proved`` and ``said`` are telephones in digits, ``account`` is 'wechat:…' or the like."""

    channel: str
    moment: datetime
    words: str
    proved: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    account: str = ""
    name: str = ""
    person: str = ""
    """A mark that a person confirmed."""

    @property
    def phones(self) -> frozenset[str]:
        """All telephones that may be his."""
        return self.proved | self.said


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure it is, and why in words; ``proved``: a rule may rely on it, not only a person."""

    confidence: float
    belief: Belief
    reasons: tuple[str, ...]
    proved: bool = False

    @property
    def basis(self) -> str:
        """The reasons in one line."""
        return "，".join(self.reasons)


def same_person(first: Voice, second: Voice, shared: Set[str] = frozenset()) -> Judged:
    """Whether two voices are one person's; ``shared``: telephones that many people give (switchboards, shops)."""
    if first.person and second.person:
        one = first.person == second.person
        word = "已由工作人员确认是同一人" if one else "已由工作人员确认不是同一人"
        return Judged(0.99 if one else 0.0, Belief.SAME if one else Belief.NO, (word,), one)
    found = [*_by_account(first, second), *_by_phone(first, second, shared), *_by_words(first, second)]
    left = 1.0
    for probability, _, _ in found:
        left *= 1 - probability
    confidence, reasons = 1 - left if found else 0.0, [reason for _, reason, _ in found]
    proved = any(sure for _, _, sure in found)
    if found and _names_differ(first.name, second.name) and not any(word.startswith("同一个微信") for word in reasons):
        confidence, proved = min(confidence, 0.45), False
        reasons.append("留的姓名不同，可能是一家人")
    belief = Belief.SAME if confidence >= SURE else Belief.PERHAPS if confidence >= LIKELY else Belief.NO
    return Judged(round(confidence, 3), belief, tuple(reasons), proved and belief is Belief.SAME)


def same_event(first: Voice, second: Voice) -> Sameness:
    """Whether two voices speak of one matter, by the rules for requests; the same person's words are given more."""
    person = same_person(first, second).belief is Belief.SAME
    return compare(
        Told(first.words, first.moment, "one" if person else "first"),
        Told(second.words, second.moment, "one" if person else "second"),
    )


def said_phones(words: str) -> frozenset[str]:
    """Telephones in somebody's words that may be his own; not those of whom he complains about."""
    found = set()
    for one in _PHONE.finditer(words):
        if not _NOT_OWN.search(words[max(0, one.start() - 24) : one.start()]):
            found.add(re.sub(r"\D", "", one[1]))
    return frozenset(found)


def said_name(words: str) -> str:
    """The name that somebody gives himself, '' for none."""
    for one in _NAME.finditer(words):
        if not _NO_NAME.search(one[1]):
            return one[1]
    return ""


def _by_account(first: Voice, second: Voice) -> list[tuple[float, str, bool]]:
    if not first.account or first.account.lower() != second.account.lower():
        return []
    probability, word = _ACCOUNTS.get(first.account.partition(":")[0], (0.8, "同一个账号"))
    return [(probability, word, probability > 0.95)]


def _by_phone(first: Voice, second: Voice, shared: Set[str]) -> list[tuple[float, str, bool]]:
    best: list[tuple[float, str, bool]] = []
    for phone in first.phones & second.phones:
        times = (phone in first.proved) + (phone in second.proved)
        probability = (0.84, 0.9, 0.95)[times]
        word = ("留的是同一个电话", "来电号码与另一次留的电话相同", "同一个来电号码")[times]
        if phone in shared:
            best.append((0.3, f"{word}，但很多人用过这个号码", False))
        elif not _MOBILE.fullmatch(phone):
            best.append((0.45, f"{word}（固定电话，可能多人共用）", False))
        else:
            best.append((probability, word, times == 2))
    return [max(best)] if best else []


def _by_words(first: Voice, second: Voice) -> list[tuple[float, str, bool]]:
    """The same words soon after each other: one's own, unless two known people passed a text on."""
    shorter = min(len(first.words), len(second.words))
    if shorter < SHORTEST or abs(first.moment - second.moment) > WINDOW:
        return []
    score = Compared(first.words).score(second.words)
    if score < 0.75:
        return []
    if _are_two(first, second):
        return []
    probability = 0.72 if score >= 0.9 and shorter >= 30 else 0.58 if score >= 0.9 else 0.5
    return [(probability, f"两天之内说了相近的话（{score:.0%}）", False)]


def _are_two(first: Voice, second: Voice) -> bool:
    """Whether what is known of both speaks for two people: other telephones, or other accounts on one channel."""
    if first.phones and second.phones and not first.phones & second.phones:
        return True
    kinds = {one.account.partition(":")[0] for one in (first, second)}
    return (
        bool(first.account and second.account) and len(kinds) == 1 and first.account.lower() != second.account.lower()
    )


def _names_differ(first: str, second: str) -> bool:
    if not first or not second:
        return False
    return not (
        first.startswith(second)
        or second.startswith(first)
        or (first[0] == second[0] and 1 in (len(first), len(second)))
    )
