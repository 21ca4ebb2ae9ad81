"""What the house asked before the citizen answered: an answer is read by its question."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex


class Ask(StrEnum):
    """What a question of the house is after."""

    NAME = "name"
    PHONE = "phone"
    CALLBACK = "callback"
    SECRET = "secret"
    PLACE = "place"
    SINCE = "since"
    PEOPLE = "people"
    PARTY = "party"
    AGE = "age"


_ASKS: Final = {
    Ask.NAME: regex(r"贵姓|怎么称呼|您姓|姓什么|叫什么名字(?!.*店)|您叫|尊姓|姓名"),
    Ask.PHONE: regex(r"电话|手机|联系方式|号码|本机"),
    Ask.CALLBACK: regex(r"回访|回电|回复您|给您回|回个?电话|需要回复|联系您|告诉您"),
    Ask.SECRET: regex(r"保密|匿名"),
    Ask.PLACE: regex(r"哪里|哪儿|位置|地址|地点|哪个(?:小区|村|区|站|路口|社区|学校)|哪条路|哪所|哪一段|什么路段|哪栋|在哪"),
    Ask.SINCE: regex(r"什么时候|什么时间|几点|多久|多长时间|几天了?|哪一?天|时间段|一般几点"),
    Ask.PEOPLE: regex(r"多少户|多少人|几户|几个人|多少业主|多少家长|整栋|整个小区|全都|影响的?(?:住户|人)|别家"),
    Ask.PARTY: regex(r"叫什么|哪家|哪个(?:工厂|公司|单位|平台|商家|工地)|谁在管|房东是谁|什么名称|店名|(?:公司|店|机构|工厂).{0,4}名"),
    Ask.AGE: regex(r"多大年纪|多大岁数|年龄|高寿|几岁"),
}  # fmt: skip
_OF_A_THING: Final = regex(r"(?:店|公司|房|厂|机构|单位|平台|物业|学校|工地|商家|饭店|老板|酒店)[^，。]{0,4}叫什么")
ABOUT_HIMSELF: Final = frozenset({Ask.NAME, Ask.PHONE, Ask.CALLBACK, Ask.SECRET, Ask.AGE})
"""Answers to nothing but these are no part of the matter."""


def asked_in(question: str) -> frozenset[Ask]:
    """What a sentence of the house asks for; nothing for a statement."""
    found = {kind for kind, words in _ASKS.items() if words.search(question)}
    if Ask.NAME in found and _OF_A_THING.search(question) and not re.search(r"贵姓|称呼|您姓|姓名", question):
        found.discard(Ask.NAME)
    return frozenset(found)
