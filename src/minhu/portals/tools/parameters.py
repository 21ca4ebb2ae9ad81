"""Parameters of tools, parsed once into types; whatever does not fit is named field by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from minhu.kernel.errors import Invalid

MOST_DAYS: Final = 400
FIRST_DAY: Final = date(1950, 1, 1)
LAST_DAY: Final = date(2200, 1, 1)
"""Days outside are typing mistakes; behind the last year of a calendar nothing can be counted."""
Text = Annotated[str, Field(max_length=60)]
_WORDS: Final = {
    "missing": "必须填写。", "extra_forbidden": "没有这个参数。", "string_type": "应为文字。", "bool_type": "应为 true 或 false。",
    "string_too_long": "内容过长。", "string_too_short": "内容过短。", "literal_error": "不是可用的值。", "int_type": "应为整数。",
    "int_parsing": "应为整数。", "greater_than_equal": "数值过小。", "less_than_equal": "数值过大。",
    "string_pattern_mismatch": "格式不正确。", "date_from_datetime_parsing": "应为日期，如 2026-03-01。",
    "date_type": "应为日期，如 2026-03-01。", "date_parsing": "应为日期，如 2026-03-01。", "one_of_two": "“天数”和“到哪天”请填且只填一个。",
}  # fmt: skip


class Parameters(BaseModel):
    """What all tools share: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class NearestOffice(Parameters):
    """Where to go for something."""

    service: Annotated[str, Field(min_length=1, max_length=60, description="办什么事，如“身份证”")]
    near: Annotated[str, Field(max_length=60, description="在哪附近，如“鼓楼大街”；不填则不算距离")] = ""
    open_now: Annotated[bool, Field(description="只要现在开门的")] = False
    most: Annotated[int, Field(ge=1, le=10, description="最多几处")] = 5


class MatterFacts(Parameters):
    """What a matter needs, from all papers that speak of it."""

    matter: Annotated[str, Field(min_length=1, max_length=60, description="事项，如“居住证”")]
    about: Annotated[
        Literal["all", "materials", "fees", "times", "units", "conditions"], Field(description="只要哪一类")
    ] = "all"


class OrderProgress(Parameters):
    """How one's own order stands; the code is the proof."""

    number: Annotated[str, Field(min_length=6, max_length=32, description="工单编号")]
    code: Annotated[str, Field(min_length=4, max_length=16, description="查询码")]


class WorkingDays(Parameters):
    """Either so many working days from a day on, or how many there are until a day."""

    days: Annotated[int | None, Field(ge=1, le=MOST_DAYS, description="几个工作日")] = None
    until: Annotated[date | None, Field(ge=FIRST_DAY, le=LAST_DAY, description="到哪天")] = None
    start: Annotated[date | None, Field(ge=FIRST_DAY, le=LAST_DAY, description="从哪天起，不填为今天；当天不计")] = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.days is None) == (self.until is None):
            raise ValueError("one_of_two")
        return self


P = TypeVar("P", bound=Parameters)


def parsed(kind: type[P], arguments: Mapping[str, Any]) -> P:
    """The parameters of a tool; raises Invalid with what is wrong with which."""
    try:
        found = kind.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = {}
        for one in error.errors():
            code = "one_of_two" if "one_of_two" in one["msg"] else one["type"]
            wrong[".".join(map(str, one["loc"])) or "parameters"] = _WORDS.get(code, "值不正确。")
        raise Invalid("参数不符合要求，请按说明修改。", fields=wrong) from error
    if any("\0" in value for value in found.model_dump().values() if isinstance(value, str)):
        raise Invalid("参数里有不能用的字符，请删去后重试。", fields={"parameters": "有不能用的字符。"})
    return found
