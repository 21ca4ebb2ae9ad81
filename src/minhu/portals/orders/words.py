"""Words of the order's pages for codes of other rooms."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import RequestType, Urgency
from minhu.intake.types import Channel, SuggestedField
from minhu.portals.words import words_of

FIELDS: dict[str, str | Promise] = {
    SuggestedField.CATEGORY.value: _("分类"),
    SuggestedField.PLACE.value: _("地点"),
    SuggestedField.URGENCY.value: _("紧急程度"),
    SuggestedField.REQUEST_TYPE.value: _("诉求类型"),
    SuggestedField.REPEAT.value: _("重复"),
    SuggestedField.UNIT.value: _("承办单位"),
}
DURATIONS: dict[str, str | Promise] = {
    "minutes": _("分钟"),
    "hours": _("小时"),
    "natural_days": _("天"),
    "working_days": _("个工作日"),
}
CONTACTS: dict[str, str | Promise] = {
    "reached": _("已联系上"),
    "visited": _("已上门见面"),
    "no_answer": _("无人接听"),
    "wrong_number": _("号码有误"),
    "refused": _("群众不愿沟通"),
}


def type_word(code: str) -> str:
    """'complaint' → '投诉'; '' for none."""
    return str(words_of(RequestType).get(code, code))


def urgency_word(code: str) -> str:
    """'urgent' → '紧急'."""
    return str(words_of(Urgency).get(code, code))


def channel_word(code: str) -> str:
    """'phone' → '电话'."""
    return str(words_of(Channel).get(code, code))


def amount_words(amount: int | None, unit: str) -> str:
    """10, 'working_days' → '10 个工作日'."""
    return f"{amount} {DURATIONS.get(unit, unit)}" if amount else ""


def choices(words: dict[str, str | Promise], empty: str = "") -> list[tuple[str, str | Promise]]:
    """Words as choices of a select, with an empty first one."""
    return [("", empty or gettext("请选择")), *words.items()]
