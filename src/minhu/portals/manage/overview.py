"""What waits for an administrator: drafts, gaps in the directory, accounts and tokens, the ledger."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.directory.queries import categories, dispatch, sign_in_pages, staff_pages, units, versions
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import working_calendar
from minhu.directory.types import RuleKind, UnitKind
from minhu.engines.database import home_folder
from minhu.exchange.queries import partners
from minhu.intake.queries import exchange_links, learning
from minhu.kernel.clock import now
from minhu.ledger import queries as ledger
from minhu.portals.formats import cn_relative
from minhu.portals.manage import locks, words
from minhu.portals.manage.common import ADMINISTRATION, may, show
from minhu.portals.orders.guards import for_staff

LEAST_FREE = 5.0
"""GiB of disk under which the overview warns."""
SOON = timedelta(days=30)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Card:
    """One figure that somebody must look after; ``tone`` is red for an alarm."""

    title: str
    value: str
    unit: str
    note: str
    url: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A list of things that are missing, the first few by name."""

    title: str
    text: str
    names: tuple[tuple[str, str], ...]
    total: int
    url: str


def draft_address(draft: versions.VersionView) -> str:
    """The page where a draft is edited."""
    if draft.kind == versions.TAXONOMY:
        return f"/manage/categories/{draft.id}/"
    if draft.kind == versions.DUTIES:
        return f"/manage/duties/{draft.id}/"
    if draft.kind == versions.CATALOGUE:
        return f"/manage/catalogue/{draft.id}/"
    if draft.kind == RuleKind.CALENDAR.value:
        return f"/manage/calendar/{draft.id}/"
    return f"/manage/rules/{draft.kind}/{draft.id}/"


def draft_word(draft: versions.VersionView) -> str:
    """What a draft is a draft of."""
    if draft.kind == versions.TAXONOMY:
        return _("诉求分类")
    if draft.kind == versions.DUTIES:
        return _("权责清单")
    return _("派单目录") if draft.kind == versions.CATALOGUE else str(words.RULES[RuleKind(draft.kind)])


def unannounced_years() -> list[int]:
    """This year and the next, when their holidays are not in the calendar."""
    announced, year = working_calendar().announced, local_day().year
    return [wanted for wanted in (year, year + 1) if wanted not in announced]


def uncovered_categories() -> list[tuple[str, str]]:
    """Leaves of the tree in force for which the catalogue has no line at any level."""
    book = dispatch.catalogue()
    return [(leaf.code, leaf.full_name) for leaf in categories.current().leaves if not book.lines_on(leaf.path)]


def units_without_people() -> list[tuple[int, str]]:
    """Active units where nobody holds a post and nobody above them in the tree does."""
    held = staff_pages.units_with_people()
    return [
        (unit.id, unit.name)
        for unit in units.active_units()
        if unit.kind is not UnitKind.EMERGENCY and unit.id not in held and held.isdisjoint(unit.ancestor_ids[1:])
    ]


def _system_cards() -> list[Card]:
    years = unannounced_years()
    free = shutil.disk_usage(home_folder()).free / 1024**3
    drafts = versions.drafts()
    return [
        Card(_("待发布的草稿"), str(len(drafts)), _("份"), _("起草后尚未发布或删除"), "#drafts", "edit"),
        Card(
            _("未公布安排的年份"), "、".join(map(str, years)) or _("无"), "",
            _("未公布前按周一至周五推算") if years else _("今年和明年的节假日安排都已录入"), "/manage/calendar/",
            "calendar", "red" if local_day().year in years else "",
        ),
        Card(
            _("数据盘剩余"), f"{free:.1f}", "GiB", _("少于 {n} GiB 时请清理或扩容").format(n=int(LEAST_FREE)), "",
            "database", "red" if free < LEAST_FREE else "",
        ),
    ]  # fmt: skip


def _telephone_cards() -> list[Card]:
    return [
        Card(
            _("话务平台 {name}").format(name=one.name), one.state.label, "",
            _("最近事件 {at}").format(at=cn_relative(one.last_event_at)) if one.last_event_at else _("还没有收到事件"),
            "", "phone", "" if one.state is exchange_links.LinkState.CONNECTED else "red",
        )
        for one in exchange_links.links()
    ]  # fmt: skip


def _security_cards() -> list[Card]:
    filters = staff_pages.StaffFilter
    moment, ailing = now(), partners.ailing()
    valid = [token for token in staff_pages.tokens() if token.revoked_at is None]
    soon = [token for token in valid if token.expires_at and token.expires_at < moment + SOON]
    locked = len(locks.locked_accounts())
    return [
        Card(_("被锁定的账号"), str(locked), _("个"), _("连续输错密码"), "/manage/staff/?state=locked", "lock",
             "red" if locked else ""),
        Card(_("等待两人确认"), str(len(sign_in_pages.proposals(only_open=True))), _("份"), _("涉及管理员的授权和重置"),
             "/manage/confirmations/", "users-group"),
        Card(_("没有双因素验证"), str(staff_pages.count(filters(state="one_factor"))), _("个"), _("密码泄露就会被冒用"),
             "/manage/staff/?state=one_factor", "shield-lock"),
        Card(_("没有岗位的账号"), str(staff_pages.count(filters(state="no_post"))), _("个"), _("能登录，但什么也做不了"),
             "/manage/staff/?state=no_post", "user-off"),
        Card(_("未改初始密码"), str(staff_pages.count(filters(state="must_change"))), _("个"), _("首次登录时必须修改"),
             "/manage/staff/?state=must_change", "key"),
        Card(_("送达异常的对接方"), str(len(ailing)), _("个"), "、".join(row.label for row in ailing[:3]) or _("消息都能送达"),
             "/manage/partners/", "plug", "red" if any(not row.active for row in ailing) else ""),
        Card(_("即将到期的令牌"), str(len(soon)), _("个"), _("30 天内到期或已到期"), "/manage/tokens/", "plug"),
    ]  # fmt: skip


def _learning_cards() -> list[Card]:
    drift = learning.latest_drift()
    if drift is None or not drift.alarms:
        return []
    return [
        Card(
            _("识别效果漂移"),
            str(len(drift.alarms)),
            _("项"),
            _("请标注并重新训练"),
            "/manage/learning/",
            "alert-triangle",
            "red",
        )
    ]


def _audit_cards() -> list[Card]:
    status = ledger.status()
    at = cn_relative(status.last_checkpoint_at) if status.last_checkpoint_at else _("还没有")
    return [
        Card(_("账本条目"), f"{status.size:,}", _("条"), _("已登记，不能修改"), "/audit/", "book"),
        Card(_("待登记"), f"{status.pending:,}", _("条"), _("正常情况下几秒内登记"), "/audit/", "hourglass"),
        Card(
            _("最近检查点"),
            at,
            "",
            _("共 {n} 个检查点").format(n=status.checkpoints),
            "/audit/",
            "shield-check",
        ),
    ]


def _gaps() -> list[Gap]:
    people, lines = units_without_people(), uncovered_categories()
    return [
        Gap(
            _("没有人员的单位"), _("派给这些单位的工单没有人签收，请安全管理员为其设置岗位，或停用单位。"),
            tuple((name, f"/manage/units/{pk}/") for pk, name in people[:SHOWN]), len(people), "/manage/units/?gap=people",
        ),
        Gap(
            _("派单目录没有条目的分类"), _("这些诉求不能自动推荐承办单位，只能人工派单。"),
            tuple((name, f"/manage/catalogue/?category={code}") for code, name in lines[:SHOWN]), len(lines),
            "/manage/catalogue/",
        ),
    ]  # fmt: skip


@for_staff(*ADMINISTRATION)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for this administrator."""
    cards: list[Card] = []
    context: dict[str, object] = {"cards": cards}
    if may(request, Action.MANAGE_DIRECTORY):
        cards += [*_learning_cards(), *_system_cards(), *_telephone_cards()]
        context["gaps"] = [gap for gap in _gaps() if gap.total]
        context["drafts"] = [(draft_word(d), d, draft_address(d)) for d in versions.drafts()]
        context["shows_drafts"] = True
    if may(request, Action.MANAGE_STAFF):
        cards += _security_cards()
    if may(request, Action.VIEW_LEDGER):
        cards += _audit_cards()
    elif cards:
        at = ledger.status().last_checkpoint_at
        when = cn_relative(at) if at else _("还没有")
        cards.append(Card(_("账本最近检查点"), when, "", _("由审计管理员核对"), "", "shield-check"))
    return show(request, "overview", "overview", context)
