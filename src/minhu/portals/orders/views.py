"""The page of an order, its printed sheet, and the small answers its fields ask for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.exchange.queries import boards, emergency
from minhu.exchange.queries.transfers import of_order
from minhu.handling import queries as handling
from minhu.handling.queries.search import number_of
from minhu.intake import queries as intake
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number
from minhu.ledger import services as ledger
from minhu.portals.aid import views as aid
from minhu.portals.enterprises import of_order as of_enterprise
from minhu.portals.orders import present
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import FINDERS, first_value, options
from minhu.portals.orders.words import type_word


@for_staff()
@require_GET
def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """One order with everything its reader may see and do; a unit that returned it reads its own record only."""
    plain = normalise_number(number)
    if plain and plain != number:  # of signs alone nothing is left
        return redirect("order", number=plain)
    actor = actor_of(request)
    try:
        shown = present.page(number, actor)
        context = {
            **shown,
            "transfers": of_order(number, actor),
            "post": boards.of_order(number, actor),
            "handovers": emergency.of_order(number, actor),
            **of_enterprise.of_order(number, shown["enterprise"]),
            **aid.of_order(number, actor),
        }
        return render(request, "orders/order.html", context)
    except NotFound:
        record = handling.returned_order(number, actor)
        if record is None:
            raise
    return render(request, "orders/returned.html", {"record": record})


@for_staff()
@require_GET
def print_order(request: HttpRequest, number: str) -> HttpResponse:
    """The order on A4, with masked persons; entered in the ledger as a copy that left the house."""
    context = present.page(number, actor_of(request))
    ledger.append("order.printed", ("order", context["order"].id), {"number": number})
    return render(request, "orders/print.html", context)


@for_staff()
@require_POST
def reveal(request: HttpRequest, number: str, field: str) -> HttpResponse:
    """One personal value in clear, for a reason that is logged."""
    view = handling.order_view(number, actor_of(request))
    value = intake.reveal(view.request_id, field, request.POST.get("reason", ""))
    return HttpResponse(escape(value) or "—")


@for_staff(Action.VIEW_ORDER, Action.VIEW_DIRECTORY)
@require_GET
def choices(request: HttpRequest, kind: str) -> HttpResponse:
    """Names of units, categories or areas for what was typed so far, as options of a datalist."""
    if kind not in FINDERS:
        raise Http404
    typed = first_value({k: str(v) for k, v in request.GET.items() if k not in ("version", "key")})
    return HttpResponse(options(FINDERS[kind](typed)))


@for_staff()
@require_GET
def peek(request: HttpRequest) -> HttpResponse:
    """A few lines about another order, to see whether it is the same matter."""
    typed = request.GET.get("number") or request.GET.get("target_number", "")
    number = number_of(typed, actor_of(request))
    if not number:
        return HttpResponse(_("没有找到这张工单，请核对编号。") if typed.strip() else "")
    view = handling.order_view(number, actor_of(request))
    try:
        text = intake.request_card(view.request_id, actor_of(request), _("核对重复")).text
    except NotFound:
        text = ""
    context = {"order": view, "text": text, "type_word": type_word(view.request_type)}
    return render(request, "orders/peek.html", context)
