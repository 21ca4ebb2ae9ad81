"""What must not be published unseen: secret and internal marks, personal data, words that a city does not want.

Sources: 保守国家秘密法实施条例 (密级标志: 绝密, 机密, 秘密 with ★ and its term), GB/T 9704-2012 7.2.2, 个人信息保护法 第二十八条.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.personal import PersonalKind, find_personal


class MarkKind(StrEnum):
    """What was found."""

    SECRET = "secret"
    PERSONAL = "personal"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Marked:
    """One finding: its kind and where it stands, half-open."""

    kind: MarkKind
    start: int
    end: int


_SECRET: Final = regex(
    r"(?:绝\s?密|机\s?密|秘\s?密)\s?(?:★|☆|\*)\s?(?:\d{1,2}\s?年|长期)?|(?:^|\n)\s*(?:绝\s*密|机\s*密|秘\s*密)\s*(?=\n|$)"
    r"|密\s?级\s?[:：]\s?(?:绝密|机密|秘密|内部)|(?:保密期限|保密编号)\s?[:：]"
    r"|内部(?:资料|文件|使用|掌握|参考)[，,、 ]{0,2}(?:注意保密|不得外传|严禁外传|请勿外传|不对外公开)?|(?:仅供|限)内部(?:使用|参考|传阅)?"
    r"|不(?:予|宜|得)公开|不得(?:对外)?(?:公开|外传|转发|翻印)|此件不公开|(?:^|\n)\s*内部\s*(?=\n|$)"
)
_OFFICE: Final = frozenset({PersonalKind.LANDLINE, PersonalKind.ADDRESS})
"""Telephones and rooms of offices are what people ask for."""


def marks_of(text: str, words: Iterable[str] = (), secrets: Iterable[str] = ()) -> list[Marked]:
    """Every finding in a text, in order; overlapping ones are told once.

    ``words``: what a city does not want published; ``secrets``: its own marks besides those that law names.
    """
    found = sorted(_all(text, words, secrets), key=lambda one: (one.start, -one.end))
    kept: list[Marked] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _all(text: str, words: Iterable[str], secrets: Iterable[str]) -> Iterator[Marked]:
    for match in _SECRET.finditer(text):
        lead = len(match[0]) - len(match[0].lstrip())
        yield Marked(MarkKind.SECRET, match.start() + lead, match.end())
    for one in find_personal(text):
        if one.kind not in _OFFICE:
            yield Marked(MarkKind.PERSONAL, *one.span)
    for kind, phrases in ((MarkKind.SECRET, secrets), (MarkKind.WORD, words)):
        if known := sorted(set(phrases), key=len, reverse=True):
            pattern = re.compile("|".join(map(re.escape, known)))
            yield from (Marked(kind, match.start(), match.end()) for match in pattern.finditer(text))
