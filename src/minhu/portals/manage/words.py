"""Chinese words of the directory's codes, for lists and choices."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import AreaLevel, RequestType, RuleKind, UnitKind, Urgency, VersionState
from minhu.handling.types import ClockKind, SupervisionLevel
from minhu.portals.words import Words, words_of

LEVELS: Final[dict[AreaLevel, str | Promise]] = {
    AreaLevel.PROVINCE: _("省"), AreaLevel.CITY: _("市"), AreaLevel.COUNTY: _("区县"),
    AreaLevel.STREET: _("街道、乡镇"), AreaLevel.COMMUNITY: _("社区、村"), AreaLevel.GRID: _("网格"),
}  # fmt: skip
UNIT_KINDS: Final[Words] = {
    UnitKind.HOTLINE_CENTRE.value: _("热线中心"), UnitKind.BUREAU.value: _("市级部门"),
    UnitKind.BRANCH.value: _("分支机构"), UnitKind.STREET.value: _("街道办、乡镇政府"),
    UnitKind.COMMUNITY.value: _("社区居委会、村委会"), UnitKind.GRID.value: _("网格"),
    UnitKind.ENTERPRISE.value: _("公共服务企业"), UnitKind.EMERGENCY.value: _("紧急服务"),
}  # fmt: skip
TYPES: Final = words_of(RequestType)
URGENCIES: Final = words_of(Urgency)
SUPERVISIONS: Final = words_of(SupervisionLevel)
STATES: Final[Words] = {
    VersionState.DRAFT.value: _("草稿"), VersionState.PUBLISHED.value: _("现行"), VersionState.RETIRED.value: _("已停用"),
}  # fmt: skip
RULES: Final[dict[RuleKind, str | Promise]] = {
    RuleKind.DEADLINES: _("办理时限"), RuleKind.INTAKE: _("受理规则"), RuleKind.REASONS: _("理由代码"),
    RuleKind.SUPERVISION: _("督办规则"), RuleKind.AUTOMATION: _("自动化"), RuleKind.RATES: _("评价与排名"),
    RuleKind.CALENDAR: _("工作日历"), RuleKind.ACCESS: _("数据共享与导出"),
    RuleKind.PUBLISHING: _("发布检查用语"), RuleKind.SOURCES: _("网站白名单"),
    RuleKind.LINES: _("业务线"),
}  # fmt: skip
RULE_TEXTS: Final[dict[RuleKind, str | Promise]] = {
    RuleKind.DEADLINES: _("每个时钟走多久、何时变灯、能延几次"),
    RuleKind.INTAKE: _("什么样的诉求受理、转接或不予受理，怎样告知群众"),
    RuleKind.REASONS: _("退回、延期、不予受理等步骤可选的理由"),
    RuleKind.SUPERVISION: _("系统在什么情况下自动催办、督办、提级"),
    RuleKind.AUTOMATION: _("哪些步骤可以不经人工"),
    RuleKind.RATES: _("三率的权重，是否对单位排名"),
    RuleKind.CALENDAR: _("节假日、调休上班、每天的工作时间"),
    RuleKind.ACCESS: _("县乡村各级之间共享哪些事项，一次、一天能导出多少"),
    RuleKind.PUBLISHING: _("知识文件发布前要说明的不宜用语和内部标志"),
    RuleKind.SOURCES: _("知识库可以定时查看哪些网站；没有列出的一律不访问"),
    RuleKind.LINES: _("原来的各条热线并入后由哪个队列接、归哪些分类、智能助手怎样接待"),
}
UNITS_OF_TIME: Final[Words] = {
    "minutes": _("分钟"), "hours": _("小时"), "natural_days": _("自然日"), "working_days": _("工作日"),
}  # fmt: skip
DIFFICULTIES: Final[Words] = {"easy": _("容易"), "normal": _("一般"), "hard": _("疑难")}
CLOCKS: Final = words_of(ClockKind)
PLACES: Final[Words] = {
    "estate": _("小区"), "road": _("道路"), "school": _("学校"), "hospital": _("医院"), "station": _("车站"),
    "market": _("市场"), "park": _("公园"), "building": _("楼宇"), "place": _("其他地点"), "learned": _("从办结工单学到"),
}  # fmt: skip


def choices(words: Words, empty: str | Promise = "") -> list[tuple[str, str | Promise]]:
    """Choices of a select; with ``empty`` the first one means none."""
    return [("", empty), *words.items()] if empty else list(words.items())


def word(words: Words, code: str) -> str:
    """The word of a code; an unknown one is shown as it is."""
    return str(words.get(code, code))
