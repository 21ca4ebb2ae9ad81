"""Warnings raised by contract: what, on which order, since when; a supervisor settles them with a word."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.handling.queries.warnings import Warned, warning_counts, warnings_page
from minhu.handling.services.warnings import settle_warning
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import actor_of, for_staff

SIZE: Final = 20
KINDS: Final = (
    (Warned.DEADLINE, gettext_lazy("超过时限"), "alarm"),
    (Warned.CIRCULAR, gettext_lazy("循环转办"), "repeat"),
    (Warned.NO_CONTACT, gettext_lazy("未联系即办结"), "phone-off"),
    (Warned.COPIED, gettext_lazy("答复雷同"), "copy"),
    (Warned.SELF_FED, gettext_lazy("疑似自派自办"), "eye"),
)
watchers = for_staff(Action.VIEW_FIGURES)


def _chosen(request: HttpRequest) -> Warned | None:
    given = request.GET.get("kind", "")
    return Warned(given) if given in set(Warned) else None


@watchers
@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """Open warnings, newest first: current ones, or all with `past`; or those that were settled."""
    actor, chosen, settled = actor_of(request), _chosen(request), request.GET.get("settled") == "1"
    past = request.GET.get("past") == "1" and not settled
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    rows, following = warnings_page(chosen, settled=settled, past=past, before=start, size=SIZE, actor=actor)
    counts = warning_counts(actor, past=past)
    context = {
        "rows": rows,
        "following": following,
        "paged": start is not None,
        "settled": settled,
        "past": past,
        "chosen": chosen.value if chosen else "",
        "kinds": [(kind.value, label, icon, counts[kind]) for kind, label, icon in KINDS],
        "total": sum(counts.values()),
        "may_settle": may_ever(actor, Action.SUPERVISE),
    }
    return render(request, "supervision/warnings.html", context)


@for_staff(Action.SUPERVISE)
@require_POST
def settle(request: HttpRequest, warning: int) -> HttpResponse:
    """Settle one warning."""
    back = f"{reverse('supervision_warnings')}?{request.GET.urlencode()}"
    return act(request, lambda: settle_warning(warning, request.POST.get("reason", "")), _("已记录处置情况。"), back)
