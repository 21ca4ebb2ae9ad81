"""How the ledger stands: checking it, its key and checkpoints, witnesses, contracts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.ledger import queries as ledger
from minhu.ledger import services
from minhu.ledger.types import EntryFilter
from minhu.portals.audit import verification
from minhu.portals.audit.common import lines_of, show
from minhu.portals.orders.guards import actor_of, for_staff

auditors = for_staff(Action.VIEW_LEDGER)


@auditors
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Sizes, the last check, checkpoints, keys and witnesses."""
    context = {
        "status": ledger.status(),
        "checkpoints": ledger.checkpoints(8),
        "check": verification.state(),
        "keys": ledger.verifiers(),
        "note": ledger.last_note(),
        "witnesses": services.witness_states(),
    }
    return show(request, "overview", "overview", context)


@auditors
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Begin to check the ledger in the background."""
    if verification.start(actor_of(request).id):
        services.append("ledger.verification_started", ("ledger", "all"), {})
        messages.success(request, _("已开始核对，可以离开本页，结果会留在这里。"))
    else:
        messages.info(request, _("正在核对，请等它完成。"))
    return redirect("audit")


@auditors
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """How far the check is; asked for every second."""
    return render(request, "audit/check.html", {"check": verification.state()})


@auditors
@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """The contracts, how far each is, and what they entered last."""
    kinds = ("warning.raised", "evidence.sealed", "contract.failed")
    page = ledger.page_of(EntryFilter(kinds=kinds), 30)
    return show(request, "contracts", "contracts", {"contracts": services.contracts(), "rows": lines_of(page.rows)})
