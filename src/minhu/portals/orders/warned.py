"""The desk's warnings in words (F24): in the form of a talk and in the form that an agent types, each leads to its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from minhu.directory.queries.categories import category_by_code
from minhu.directory.types import RequestType
from minhu.intake.queries.noises import noises_of_words
from minhu.language.element_types import Element
from minhu.language.filling.guiding import Warned
from minhu.language.noise.types import Marks, Noise

TYPES: Final = {kind.value: kind.said for kind in RequestType}
"""Stored type → the word by which the rules know it."""
_STORED: Final = {word: value for value, word in TYPES.items()}
_WORDS: Final[dict[Noise, str | Promise]] = {
    Noise.TWO_PLACES: gettext_lazy("说到了不止一个地方，一张单写一处；两处都有就分开登记"), Noise.NO_PLACE: gettext_lazy("还没有地点"),
    Noise.NO_TIME: gettext_lazy("这类事要有时间，还没有说"), Noise.NO_PHONE: gettext_lazy("没有联系电话，办结后无法回访"),
    Noise.UNSURE_AREA: gettext_lazy("地区没有把握，请问清区（县）和街道"), Noise.OTHER_TYPE: gettext_lazy("诉求类型与原话不一致，原话像是"),
    Noise.OTHER_CATEGORY: gettext_lazy("分类与原话不一致，原话像是"), Noise.OTHER_URGENCY: gettext_lazy("原话有生命危险，紧急程度却没有标"),
    Noise.SECRET: gettext_lazy("来电人要求保密，却没有标"), Noise.SHORT: gettext_lazy("内容太短，承办单位看不明白"),
}  # fmt: skip
_TYPED_IN: Final = {
    Noise.TWO_PLACES: "place_text", Noise.NO_PLACE: "place_text", Noise.NO_TIME: "text", Noise.OTHER_TYPE: "request_type",
    Noise.OTHER_CATEGORY: "category_id", Noise.OTHER_URGENCY: "urgency", Noise.SECRET: "confidential",
}  # fmt: skip
"""The field of the agent's form in which a warning is mended."""


def of_form(one: Warned) -> dict[str, Any]:
    """A warning of a talk's form for the page: its field, its text, what it is about."""
    return {"noise": one.noise.value, "field": one.field.value, "text": str(_WORDS[one.noise]), "words": _about(one.noise, one.words)}  # fmt: skip


def of_typed(text: str, elements: Sequence[Element], marks: Marks) -> list[dict[str, Any]]:
    """The warnings of words that an agent is typing and of what he has chosen."""
    return [
        {"noise": one.noise.value, "field": _TYPED_IN[one.noise], "text": str(_WORDS[one.noise]), "words": _about(one.noise, one.words)}
        for one in noises_of_words(text, elements, marks)
    ]  # fmt: skip


def _about(noise: Noise, words: str) -> str:
    if noise is Noise.OTHER_TYPE:
        return str(RequestType(_STORED[words]).label)
    if noise is Noise.OTHER_CATEGORY:
        category = category_by_code(words)
        return category.full_name if category else ""
    return words
