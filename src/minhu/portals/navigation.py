"""The main menu as data: which page is offered to which role. The pages themselves check rights again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import ADMINISTRATORS, UNIT_ROLES, Role

OFFICE: frozenset[Role] = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR})
WATCH: frozenset[Role] = frozenset({Role.SUPERVISOR, Role.INSPECTOR})
FIGURES: frozenset[Role] = frozenset({Role.LEADER, Role.ANALYST, Role.SUPERVISOR, Role.INSPECTOR})
KNOWLEDGE: frozenset[Role] = OFFICE | UNIT_ROLES | FIGURES | {Role.EDITOR, Role.REVIEWER}


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry: `unread` names the counter shown beside it, `group` the heading it stands under."""

    label: str | Promise
    path: str
    icon: str
    roles: frozenset[Role]
    group: str | Promise
    unread: str = ""


_WORK, _SEE, _RUN = _("办理"), _("监督与分析"), _("管理")

ITEMS: tuple[NavItem, ...] = (
    NavItem(_("派单台"), "/desk/", "layout-kanban", frozenset({Role.DISPATCHER}), _WORK, "desk"),
    NavItem(_("登记诉求"), "/desk/new/", "headset", frozenset({Role.AGENT, Role.DISPATCHER}), _WORK),
    NavItem(_("在线会话"), "/desk/talks/", "messages", frozenset({Role.AGENT, Role.SUPERVISOR}), _WORK, "talks"),
    NavItem(_("紧急联动"), "/desk/emergency/", "urgent", OFFICE | {Role.LEADER}, _WORK, "emergency"),
    NavItem(_("企业先行"), "/desk/disputes/", "building", OFFICE, _WORK),
    NavItem(_("软电话"), "/desk/phone/", "phone", frozenset({Role.AGENT, Role.SUPERVISOR}), _WORK),
    NavItem(
        _("回电队列"),
        "/desk/callbacks/",
        "phone-outgoing",
        frozenset({Role.AGENT, Role.SUPERVISOR}),
        _WORK,
        "callbacks",
    ),
    NavItem(
        _("通告"),
        "/desk/bulletins/",
        "speakerphone",
        frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR}),
        _WORK,
        "bulletins",
    ),
    NavItem(_("承办工单"), "/unit/", "inbox", frozenset({Role.UNIT_HANDLER, Role.UNIT_HEAD}), _WORK, "unit"),
    NavItem(_("短信记录"), "/desk/texts/", "message-dots", frozenset({Role.SUPERVISOR}), _WORK),
    NavItem(_("留言板"), "/desk/boards/", "message-report", frozenset({Role.DISPATCHER}), _WORK),
    NavItem(
        _("新类型与会商"),
        "/joint/",
        "message-question",
        frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.UNIT_HANDLER, Role.UNIT_HEAD}),
        _WORK,
        "joint",
    ),
    NavItem(_("网格任务"), "/grid/", "device-mobile", frozenset({Role.GRID_WORKER}), _WORK, "grid"),
    NavItem(_("辖区事项"), "/area/", "map-2", UNIT_ROLES, _WORK),
    NavItem(_("工单查询"), "/orders/", "list-search", OFFICE | UNIT_ROLES | FIGURES, _WORK),
    NavItem(_("知识库"), "/knowledge/", "book", KNOWLEDGE, _WORK, "knowledge"),
    NavItem(_("情景树"), "/knowledge/trees/", "hierarchy-2", KNOWLEDGE, _WORK),
    NavItem(_("督办台"), "/supervision/", "flag", WATCH, _SEE, "supervision"),
    NavItem(_("通话记录"), "/desk/calls/", "phone-incoming", WATCH, _SEE),
    NavItem(_("运行大屏"), "/supervision/wall/", "presentation", WATCH, _SEE),
    NavItem(_("领导驾驶舱"), "/leader/", "gauge", FIGURES, _SEE),
    NavItem(_("每日简报"), "/leader/briefs/", "report", FIGURES, _SEE),
    NavItem(_("流程助手"), "/assistants/", "bolt", FIGURES | {Role.SYSTEM_ADMIN}, _SEE),
    NavItem(_("填单用时"), "/desk/talks/figures/", "clock", FIGURES, _SEE),
    NavItem(_("培训需求"), "/supervision/training/", "school", frozenset({Role.SUPERVISOR}), _SEE),
    NavItem(_("我的培训"), "/desk/training/", "school", frozenset({Role.AGENT}), _SEE),
    NavItem(_("企业先行统计"), "/supervision/enterprises/", "building", FIGURES, _SEE),
    NavItem(_("账本审计"), "/audit/", "shield-check", frozenset({Role.AUDIT_ADMIN}), _SEE),
    NavItem(_("文件问答"), "/knowledge/pairs/", "checklist", frozenset({Role.EDITOR, Role.REVIEWER}), _WORK, "pairs"),
    NavItem(_("答复质量"), "/knowledge/figures/", "chart-bar", FIGURES | {Role.EDITOR, Role.REVIEWER}, _SEE),
    NavItem(
        _("待改进的问题"),
        "/knowledge/questions/",
        "message-report",
        frozenset({Role.EDITOR, Role.REVIEWER}),
        _WORK,
        "questions",
    ),
    NavItem(
        _("文件矛盾"),
        "/knowledge/contradictions/",
        "scale",
        frozenset({Role.EDITOR, Role.REVIEWER}),
        _WORK,
        "contradictions",
    ),
    NavItem(_("数据导入"), "/import/", "table-import", frozenset({Role.DISPATCHER}), _RUN),
    NavItem(_("分类标注"), "/manage/learning/", "school", frozenset({Role.AGENT, Role.DISPATCHER}), _RUN),
    NavItem(_("系统管理"), "/manage/", "settings", frozenset(ADMINISTRATORS), _RUN),
)


@dataclass(frozen=True, slots=True)
class NavEntry:
    """An item as shown to one person on one page."""

    label: str | Promise
    path: str
    icon: str
    active: bool
    unread_key: str
    unread: int


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under one heading."""

    label: str | Promise
    entries: tuple[NavEntry, ...]


def groups_for(roles: Iterable[str], path: str, unread: dict[str, int]) -> tuple[NavGroup, ...]:
    """The menu for a person with `roles` who is at `path`; the longest matching path is the active one."""
    held = frozenset(roles)
    mine = [item for item in ITEMS if not held.isdisjoint(item.roles)]
    matching = [item.path for item in mine if path.startswith(item.path)]
    here = max(matching, key=len, default="")
    found: dict[str | Promise, list[NavEntry]] = {}
    for item in mine:
        entry = NavEntry(item.label, item.path, item.icon, item.path == here, item.unread, unread.get(item.unread, 0))
        found.setdefault(item.group, []).append(entry)
    return tuple(NavGroup(label, tuple(entries)) for label, entries in found.items())


HOMES: tuple[tuple[Role, str], ...] = (
    (Role.DISPATCHER, "/desk/"),
    (Role.SUPERVISOR, "/supervision/"),
    (Role.LEADER, "/leader/"),
    (Role.UNIT_HANDLER, "/unit/"),
    (Role.UNIT_HEAD, "/unit/"),
    (Role.GRID_WORKER, "/grid/"),
    (Role.AGENT, "/desk/new/"),
    (Role.ANALYST, "/leader/"),
    (Role.INSPECTOR, "/supervision/"),
    (Role.EDITOR, "/knowledge/"),
    (Role.REVIEWER, "/knowledge/"),
    (Role.SYSTEM_ADMIN, "/manage/"),
    (Role.SECURITY_ADMIN, "/manage/"),
    (Role.AUDIT_ADMIN, "/audit/"),
)


def home_of(roles: Iterable[str]) -> str:
    """Where a person with `roles` lands after signing in; '/' when no desk is theirs."""
    held = frozenset(roles)
    return next((path for role, path in HOMES if role in held), "/")


ROLE_WORDS: dict[Role, str | Promise] = {
    Role.CITIZEN: _("群众"),
    Role.AGENT: _("话务员"),
    Role.DISPATCHER: _("派单员"),
    Role.UNIT_HANDLER: _("承办人"),
    Role.UNIT_HEAD: _("承办单位负责人"),
    Role.GRID_WORKER: _("网格员"),
    Role.SUPERVISOR: _("督办员"),
    Role.INSPECTOR: _("质检员"),
    Role.ANALYST: _("分析员"),
    Role.LEADER: _("领导"),
    Role.EDITOR: _("知识编辑"),
    Role.REVIEWER: _("知识审核"),
    Role.SYSTEM_ADMIN: _("系统管理员"),
    Role.SECURITY_ADMIN: _("安全管理员"),
    Role.AUDIT_ADMIN: _("审计管理员"),
    Role.PARTNER: _("协作单位"),
    Role.SYSTEM: _("系统"),
}


def role_word(role: str) -> str:
    """The Chinese name of a role code; an unknown code is shown as it is."""
    try:
        return str(ROLE_WORDS[Role(role)])
    except (KeyError, ValueError):
        return role
