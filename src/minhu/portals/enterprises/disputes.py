"""企业先行 for the desk: proposed from an order, what the citizen said by telephone, the record; and the figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.exchange.queries import disputes as queries
from minhu.exchange.queries.disputes import CONSENT, CONTACT, News
from minhu.exchange.services import disputes
from minhu.exchange.services.disputes import Consent
from minhu.intake.queries import request_card, request_id_of
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import sheet_response

watchers = for_staff(Action.DECIDE_INTAKE, Action.SUPERVISE)
deciders = for_staff(Action.DECIDE_INTAKE)
DAYS: Final = (30, 90, 365)
HEADER: Final = (
    "企业", "交办", "处理中", "和解", "按时答复并和解", "转政府工单", "其中超时未答", "其中企业不处理", "其中群众不满意", "另行处理",
    "和解率", "满意度（1—5）",
)  # fmt: skip


@watchers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Disputes under way, those due first; or those that are over."""
    ended = request.GET.get("ended") == "1"
    return render(request, "enterprises/board.html", {"rows": queries.listed(ended=ended), "ended": ended})


@watchers
@require_GET
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One dispute: its record, and what the citizen says by telephone."""
    view = queries.one(uid)
    entries = [
        {"at": one.at, "title": _(one.label), "text": one.text, "actor": one.actor, "tone": "calm"}
        for one in reversed(view.lines)
    ]
    context = {"view": view, "entries": entries, "key": uuid4().hex, "consent": _(CONSENT), "contact": _(CONTACT)}
    context["may_act"] = may_ever(actor_of(request), Action.DECIDE_INTAKE)
    asked = request_id_of(view.number)
    context["words"] = request_card(asked, purpose=_("查看消费纠纷")).text if asked is not None else ""
    return render(request, "enterprises/page.html", context)


@deciders
@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """From an order: the citizen agreed on the telephone, or is asked on his page."""
    chosen = request.POST.get("enterprise", "")
    heard = request.POST.get("how") == "heard"
    agreed = Consent(True, request.POST.get("contact") == "on") if heard else None

    def work() -> None:
        if heard and request.POST.get("agreed") != "on":
            raise Invalid(_("请先向群众读出同意书，得到同意后勾选。"), fields={"agreed": _("没有勾选同意")})
        disputes.ask(
            number, int(chosen) if chosen.isdecimal() and len(chosen) < 16 else 0, consent=agreed, key=_key(request)
        )

    done = _("已交企业先行处理。") if heard else _("已请群众在查询页面上决定。")
    return act(request, work, done, f"/orders/{number}/")


def _choose(news: News) -> Callable[[HttpRequest, UUID], object]:
    def work(request: HttpRequest, uid: UUID) -> object:
        grade = request.POST.get("satisfaction", "")
        words = request.POST.get("text", "")
        return disputes.choose(
            uid, news, words, satisfaction=int(grade) if grade in "12345" and grade else None, key=_key(request)
        )

    return work


def _consent(request: HttpRequest, uid: UUID) -> object:
    given = request.POST.get("given") == "yes"
    if given and request.POST.get("agreed") != "on":
        raise Invalid(_("请先向群众读出同意书，得到同意后勾选。"), fields={"agreed": _("没有勾选同意")})
    return disputes.consent(uid, Consent(given, request.POST.get("contact") == "on"), key=_key(request))


_STEPS: Final[dict[str, Callable[[HttpRequest, UUID], object]]] = {
    "consent": _consent,
    "tell": _choose(News.TELL),
    "accept": _choose(News.ACCEPT),
    "reject": _choose(News.REJECT),
    "take-back": lambda request, uid: disputes.take_back(uid, request.POST.get("text", ""), key=_key(request)),
}


@deciders
@require_POST
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """What the citizen said by telephone, or the order taken back."""
    work = _STEPS.get(step)
    if work is None:
        raise Http404
    return act(request, lambda: work(request, uid), _("已记录。"), f"/desk/disputes/{uid}/")


def _key(request: HttpRequest) -> str:
    return request.POST.get("key", "")[:64]


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in DAYS if asked == str(days)), DAYS[1])


@for_staff(Action.VIEW_FIGURES)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """How enterprises keep what they agreed to, by when it was sent."""
    days, moment = _days(request), now()
    rows = queries.all_figures(moment - timedelta(days=days), None)
    context = {"rows": rows[:-1], "all": rows[-1] if rows else None, "days": days, "choices": DAYS, "moment": moment}
    context["may_export"] = may_ever(actor_of(request), Action.EXPORT)
    return render(request, "enterprises/figures.html", context)


@for_staff(Action.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The same as a sheet; counts only, entered in the ledger."""
    days = _days(request)
    found = queries.all_figures(now() - timedelta(days=days), None)
    ledger.append("dispute.exported", ("report", "enterprises"), {"rows": len(found), "days": days})
    rows = [
        (
            one.enterprise or _("合计"), one.sent, one.running, one.settled, one.settled_in_time, one.back, one.back_silent,
            one.back_refused, one.back_dissatisfied, one.ended,
            None if one.settled_share is None else round(one.settled_share, 3),
            None if one.satisfaction is None else round(one.satisfaction, 2),
        )
        for one in found
    ]  # fmt: skip
    return sheet_response(_("企业先行处理"), HEADER, rows)
