"""Words of the order's pages for codes of other rooms."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from minhu.intake.types import CHANNEL_LABELS, Channel, SuggestedField

TYPES: dict[str, str | Promise] = {
    "consultation": _("咨询"),
    "help": _("求助"),
    "complaint": _("投诉"),
    "report": _("举报"),
    "suggestion": _("建议"),
    "praise": _("表扬"),
}
URGENCIES: dict[str, str | Promise] = {
    "normal": _("一般"),
    "urgent": _("紧急"),
    "danger": _("危及生命安全"),
}
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
CHANNELS: dict[str, str | Promise] = {
    Channel.WEB.value: _("网页"),
    Channel.API.value: _("接口"),
    Channel.PHONE.value: _("电话"),
    Channel.IMPORT.value: _("历史导入"),
    Channel.WECHAT.value: _("微信"),
    Channel.EMAIL.value: _("邮箱"),
    Channel.COUNTER.value: _("来访"),
    Channel.GRID.value: _("网格上报"),
}


def type_word(code: str) -> str:
    """'complaint' → '投诉'; '' for none."""
    return str(TYPES.get(code, code))


def urgency_word(code: str) -> str:
    """'urgent' → '紧急'."""
    return str(URGENCIES.get(code, code))


def channel_word(code: str) -> str:
    """'phone' → '电话'."""
    return str(CHANNELS.get(code) or CHANNEL_LABELS.get(Channel(code), code))


def amount_words(amount: int | None, unit: str) -> str:
    """10, 'working_days' → '10 个工作日'."""
    return f"{amount} {DURATIONS.get(unit, unit)}" if amount else ""


def choices(words: dict[str, str | Promise], empty: str = "") -> list[tuple[str, str | Promise]]:
    """Words as choices of a select, with an empty first one."""
    return [("", empty or gettext("请选择")), *words.items()]
