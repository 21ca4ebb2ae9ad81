"""谁能看到这件工单: every class of readers with the rule that lets them, what they are shown, who has read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action, Purpose, Relation, may_ever
from minhu.directory.types import Role
from minhu.handling.services.sight import Shown, SightLine, who_can_see
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number
from minhu.portals.audit.access import field_word
from minhu.portals.navigation import role_word
from minhu.portals.orders.guards import actor_of, for_staff

MOST_NAMED: Final = 60
PURPOSES: Final[dict[Purpose, str | Promise]] = {
    Purpose.SERVICE: gettext_lazy("本人办事"), Purpose.HANDLING: gettext_lazy("履职办理"),
    Purpose.OVERSIGHT: gettext_lazy("监督检查"), Purpose.ANALYSIS: gettext_lazy("分析研判"),
    Purpose.SHARING: gettext_lazy("层级共享"), Purpose.EXPORT: gettext_lazy("批量导出"),
    Purpose.ADMINISTRATION: gettext_lazy("系统管理"), Purpose.AUDIT: gettext_lazy("安全审计"),
}  # fmt: skip
SHOWN: Final[dict[Shown, str | Promise]] = {
    Shown.OWN: gettext_lazy("本人的全部内容，个人信息部分遮盖"),
    Shown.CONTACT: gettext_lazy("诉求内容、姓名、电话、地点；每次查看都留下记录"),
    Shown.REVEAL: gettext_lazy("诉求内容；个人信息遮盖，写明理由可逐项查看并留下记录"),
    Shown.MASKED: gettext_lazy("诉求内容；个人信息遮盖，不能查看"),
    Shown.HIDDEN: gettext_lazy("诉求内容和地点；诉求人要求保密，看不到是谁"),
    Shown.SHARED: gettext_lazy("类型、地区、状态和公开的办理经过；没有诉求人和诉求原文"),
    Shown.RECORD: gettext_lazy("只有本单位当时的办理记录"),
}
WHY: Final[dict[Relation, str | Promise]] = {
    Relation.OWN: gettext_lazy("提出诉求的人，凭工单号和查询码"),
    Relation.UNIT: gettext_lazy("工单交给过其单位或下属单位，且没有获准退单"),
    Relation.AREA: gettext_lazy("事项发生在其单位辖区，按共享规则可见"),
    Relation.ANY: gettext_lazy("岗位需要，可看全部工单"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A class of readers in words."""

    role: str
    why: str
    purposes: str
    shown: str
    units: str
    people: tuple[Any, ...]
    more: int

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(self.people) + self.more


@for_staff(Action.VIEW_ACCESS)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Asks for the number of an order; a known one leads to its page."""
    typed = request.GET.get("number", "").strip()
    if typed:
        return redirect("order_sight", number=normalise_number(typed)[:20] or "0")
    return render(request, "orders/sight_find.html", {})


@for_staff(Action.VIEW_ACCESS)
@require_GET
def sight(request: HttpRequest, number: str) -> HttpResponse:
    """Who can see an order, and why; asking is entered in the ledger."""
    try:
        found = who_can_see(number, actor_of(request))
    except NotFound as error:
        return render(request, "orders/sight_find.html", {"error": error.message, "number": number}, status=404)
    lines = [_in_words(line) for line in found.lines]
    held = {line.role for line in lines if line.count}
    context = {
        "sight": found, "lines": [line for line in lines if line.count or not _of_people(line)],
        "nobody": sorted({line.role for line in lines if _of_people(line)} - held),
        "readings": [(one, "、".join(field_word(name) for name in one.fields)) for one in found.readings],
        "may_open": may_ever(actor_of(request), Action.VIEW_ORDER), "total": len(found.people),
    }  # fmt: skip
    return render(request, "orders/sight.html", context)


def _of_people(line: ShownLine) -> bool:
    return line.role not in (role_word("citizen"), role_word("partner"))


def _in_words(line: SightLine) -> ShownLine:
    why = str(WHY[line.relation]) if line.rule else _("工单交给过其单位，退单已获同意")
    if line.role is Role.PARTNER:
        why = _("诉求由其系统提交，或工单转给了它")
    if line.direction:
        why = f"{why}（{_('向上共享') if line.direction == 'upward' else _('向下共享')}）"
    purposes = sorted(line.rule.purposes) if line.rule else []
    return ShownLine(
        role_word(line.role), why, "、".join(str(PURPOSES[one]) for one in purposes), str(SHOWN[line.shown]),
        "、".join(line.units[:12]) + (_("等 %(n)d 个单位") % {"n": len(line.units)} if len(line.units) > 12 else ""),
        line.people[:MOST_NAMED], max(len(line.people) - MOST_NAMED, 0),
    )  # fmt: skip
