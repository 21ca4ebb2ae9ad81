"""Evidence and trace of one order: for auditors by number, for staff from the order's page, for citizens their own."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.handling.services import evidence
from minhu.handling.services.tracing import query_trace
from minhu.handling.types.trace import TraceLine
from minhu.intake import queries as intake
from minhu.kernel.errors import MinhuError, NotFound
from minhu.kernel.numbers import normalise_number
from minhu.ledger import queries as ledger
from minhu.portals.audit.access import field_word
from minhu.portals.audit.common import show
from minhu.portals.audit.overview import auditors
from minhu.portals.citizen.views import for_citizens
from minhu.portals.navigation import role_word
from minhu.portals.orders.guards import actor_of, for_staff

readers = for_staff(Action.VIEW_ORDER, Action.VIEW_LEDGER)


@auditors
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Ask for a number, then show the trace."""
    typed = request.GET.get("number", "").strip()
    context: dict[str, Any] = {"typed": typed, "error": ""}
    if typed:
        try:
            context["trace"] = query_trace(normalise_number(typed) or typed, actor_of(request))
            context["field_words"] = _readings(context["trace"].readings)
        except MinhuError as error:
            context["error"] = error.message
    return show(request, "orders", "orders", context, 404 if context["error"] else 200)


@readers
@require_GET
def trace(request: HttpRequest, number: str) -> HttpResponse:
    """Who did what with an order, as far as the reader may know."""
    told = query_trace(normalise_number(number) or number, actor_of(request))
    return render(request, "audit/trace.html", {"trace": told, "field_words": _readings(told.readings)})


@readers
@require_GET
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate to be printed; the file beside it is what is checked."""
    made = evidence.issue_certificate(normalise_number(number) or number, actor_of(request))
    rows = [_printed(one) for one in made["entries"]]
    context = {
        "certificate": made, "rows": rows, "digest": evidence.digest_of(made), "number": made["order"],
        "size": made["checkpoint"].split("\n")[1], "origin": made["checkpoint"].split("\n")[0],
    }  # fmt: skip
    return render(request, "audit/certificate.html", context)


def _printed(entry: dict[str, Any]) -> dict[str, Any]:
    fields = entry["record"].split("\x1f")
    return {
        "position": entry["position"],
        "at": datetime.fromtimestamp(int(fields[1]) / 1e6, UTC),
        "label": ledger.label_of(fields[5]),
        "who": {"citizen": _("群众"), "system": _("系统")}.get(fields[2], fields[3]),
        "roles": "、".join(role_word(role) for role in fields[4].split(",") if role) if fields[2] == "staff" else "",
        "uid": fields[0],
    }


@readers
@require_GET
def certificate_file(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate as a file."""
    made = evidence.issue_certificate(normalise_number(number) or number, actor_of(request))
    response = HttpResponse(evidence.as_file(made), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="certificate-{made["order"]}.json"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The program that checks certificates; anybody may have it."""
    text = (files("minhu.ledger.offline") / "verify_certificate.py").read_bytes()
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_certificate.py"'
    return response


@never_cache
@for_citizens
@require_GET
def own_trace(request: HttpRequest, number: str) -> HttpResponse:
    """A citizen's own matter from the first word to now, each step with its place in the ledger."""
    plain = normalise_number(number) or number
    request_id = intake.request_id_of(plain)
    if request_id is None or request_id not in actor_of(request).own_requests:
        return redirect(f"{reverse('follow')}?number={number}")
    try:
        told = query_trace(plain, actor_of(request))
    except NotFound:
        return redirect(f"{reverse('follow')}?number={number}")
    context = {
        "trace": told,
        "field_words": _readings(told.readings),
        "steps": [_own_step(line) for line in told.lines],
    }
    return render(request, "audit/own_trace.html", context)


def _own_step(line: TraceLine) -> dict[str, Any]:
    places = {
        "registered": _("账本第 %(n)s 条") % {"n": line.position}, "missing": _("账本中没有记录"),
        "batch": _("历史数据"), "pending": _("正在登记"),
    }  # fmt: skip
    return {"at": line.at, "title": line.text, "text": f"{line.who} · {places[line.state]}", "tone": "calm"}


def _readings(readings: Any) -> list[tuple[Any, str]]:
    return [(one, "、".join(field_word(name) for name in one.fields)) for one in readings]
