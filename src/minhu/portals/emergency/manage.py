"""紧急部门: which services there are, their telephones, their connection, how long a receipt may take."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.exchange.queries import emergency as queries
from minhu.exchange.queries import partners
from minhu.exchange.services.emergency_services import set_service
from minhu.exchange.types import PartnerKind
from minhu.portals.emergency.forms import ServiceForm
from minhu.portals.manage.common import saved, show
from minhu.portals.orders.guards import for_staff


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All services, also those that are switched off."""
    return show(request, "emergency_services", "emergency_services", {"rows": queries.services(active=False)})


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, code: str) -> HttpResponse:
    """One service; a POST changes it."""
    found = next((one for one in queries.services(active=False) if one.code == code), None)
    if found is None:
        raise Http404
    choices = [(one.id, one.label) for one in partners.listed() if one.kind is PartnerKind.EMERGENCY]
    begun = {
        name: getattr(found, name) for name in ("label", "phone", "partner_id", "receipt_seconds", "position", "active")
    }
    form = ServiceForm(choices, request.POST or None, initial=begun)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: set_service(code, **form.cleaned_data))
        if status == 200:
            return redirect("manage_emergency")
    return show(request, "emergency_services", "emergency_service", {"form": form, "service": found}, status)
