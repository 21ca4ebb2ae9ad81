"""A time said as a span is kept whole: 每天晚上八点到十二点, 从昨天夜里到现在, 上周三开始.

``times`` finds where a span begins and what its value is; here are only the words that belong to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from minhu.kernel.patterns import regex

_PART: Final = r"(?:早中晚|早晚|早上|早晨|清早|清晨|一早|上午|中午|午后|下午|傍晚|晚上|夜里|夜间|半夜|后半夜|深夜|凌晨|大半夜|早|晚|夜)"
_HOUR: Final = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})(?:点(?:钟)?|时(?!间|候|段|代|常|刻)|[:：]\d\d)(?:半|一刻|\d{1,2}分?|[一二三四五]?十[一二三四五六七八九]?分?)?"
_NUM: Final = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DAY: Final = rf"(?:大前天|今天|昨天|前天|今早|今晨|昨晚|今晚|昨夜|当天|当晚|次日|第二天|(?:上个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天末]|(?:{_NUM}月(?:份)?)?{_NUM}[日号]|{_NUM}月(?:份|底|初)?)"
_TO: Final = r"[，,]?(?:一直|直|连续)?(?:[到至]|[—–~～-]{1,2})(?:了)?"
_NOW: Final = r"(?:现在|目前|如今|这会儿|这时候|今天为止|今)"
_ENDS: Final = rf"(?:{_NOW}|{_DAY}(?:的)?{_PART}?(?:{_HOUR})?|{_PART}(?:{_HOUR})?|{_HOUR})"
_BEHIND: Final = regex(
    rf"(?:的)?{_PART}?(?:的)?(?:{_HOUR})?(?:左右|多|前后|许)?(?:{_TO}{_ENDS})?(?:左右)?(?:开始(?!前)|起(?![诉来])|以来)?"
)
_BEFORE: Final = regex(r"(?:自从|打从|从|自|打)$")
_ALONE: Final = regex(rf"(?<![\d第月日号])(?:从)?{_PART}?{_HOUR}{_TO}{_PART}?{_HOUR}")
_SPANNED: Final = regex(rf"[^，。]{_TO}{_ENDS}|(?:开始|起|以来)$")
_RULED: Final = regex(r"(?:营业|上班|工作|办公|开放|办事|规定|受理|开门|服务)[^，。；]{0,6}$")


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the span that a time at ``start``–``end`` begins is complete; the same where it is none."""
    if text[start:end].endswith(("开始", "起", "以来")):
        return start, end
    behind = _BEHIND.match(text, end)
    until = behind.end() if behind else end
    before = _BEFORE.search(text, max(0, start - 2), start)
    return (before.start() if before and until > end else start), until


def hours(text: str) -> Iterator[tuple[int, int]]:
    """Hours of the day said from one to another without a day ('八点到十二点'), office hours left out."""
    for found in _ALONE.finditer(text):
        if not _RULED.search(text[max(0, found.start() - 10) : found.start()]):
            yield found.start(), found.end()


def is_span(words: str) -> bool:
    """Whether a time's words go from one point to another or have a beginning only, so that no single value says them."""
    return bool(_SPANNED.search(words))
