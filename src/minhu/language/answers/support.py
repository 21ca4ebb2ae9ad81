"""Whether a sentence is supported by a passage: its words stand there, or every number, date, name and 'not' does.

The gate of all answers, whoever wrote the sentence: extraction passes by its nature, a chat model's words only so.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.question import places_in, plain, terms_of

LEAST_COVERED: Final = 0.7
_WORD = regex(r"[^\W_]+")
_AMOUNT = regex(
    r"\d+(?:[.,]\d+)*(?:%|‰)?|[一二三四五六七八九十百千万亿两〇零]{1,6}(?=[个元年月日天条项户次人家吨件倍成%])"
)
_NOT = regex(r"不得|不予|不可|不能|不再|不需|无需|不收|不超过|不低于|不少于|禁止|严禁|未|免|没有|无须|除外|不")
_NAME = regex(r"[《“「]([^》”」]{2,40})[》”」]")
_SENTENCE = regex(r"[^。！？!?；;\n]+[。！？!?；;]?")


@dataclass(frozen=True, slots=True)
class Support:
    """``supported``, and where not: ``reason`` in Chinese names the words that the passage does not hold."""

    supported: bool
    reason: str = ""


def sentences(text: str) -> list[str]:
    """The sentences of an answer."""
    return [found.group().strip() for found in _SENTENCE.finditer(text) if _WORD.search(found.group())]


def bare(text: str) -> str:
    """Letters and digits only, in lower case and half width."""
    return "".join(_WORD.findall(plain(text)))


def support(sentence: str, passage: str) -> Support:
    """Whether ``passage`` (with its headings and context) says what ``sentence`` says."""
    said, source = bare(sentence), bare(passage)
    if not said:
        return Support(False, "没有内容")
    if said in source:
        return Support(True)
    low, held = plain(sentence), plain(passage)
    missing = Counter(_AMOUNT.findall(low)).keys() - set(_AMOUNT.findall(held))
    if missing:
        return Support(False, f"依据中没有数字“{min(missing)}”")
    names = [name for name in (*_NAME.findall(sentence), *places_in(sentence)) if bare(name) not in source]
    if names:
        return Support(False, f"依据中没有“{names[0]}”")
    if _negations(low) != _negations(_nearest(low, held)):
        return Support(False, "与依据的肯定、否定不一致")
    own = set(terms_of(low))
    share = len(own & set(terms_of(held))) / max(len(own), 1)
    return Support(True) if share >= LEAST_COVERED else Support(False, "依据中没有这句话的内容")


def unsupported(answer: str, passages: str) -> list[tuple[str, str]]:
    """The sentences of an answer that ``passages`` do not support, each with the reason."""
    found = [(sentence, support(sentence, passages)) for sentence in sentences(answer)]
    return [(sentence, one.reason) for sentence, one in found if not one.supported]


def _negations(text: str) -> Counter[str]:
    return Counter(_NOT.findall(text))


def _nearest(sentence: str, passage: str) -> str:
    """The sentence of the passage that shares most with a sentence, at its level of clauses."""
    own = set(terms_of(sentence))
    pieces = [one for one in re.split(r"[。！？!?；;\n]", passage) if one.strip()]
    whole = max(pieces, key=lambda one: len(own & set(terms_of(one))), default="")
    clauses = [one for one in re.split(r"[，,：:]", whole) if set(terms_of(one)) & own]
    return "，".join(clauses)
