"""What joint decisions ask the directory for: a category or a duty, put into a draft or laid aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.directory.policy import Action
from minhu.handling.services import joint_effects
from minhu.kernel.errors import MinhuError
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import for_staff

BACK = "/manage/categories/"


@for_staff(Action.MANAGE_RULES)
@require_POST
def take(request: HttpRequest, proposal: int) -> HttpResponse:
    """Put a proposal into a draft and open that draft."""
    try:
        where = joint_effects.take_proposal(proposal, request.POST.get("code", "").strip())
    except MinhuError as error:
        messages.error(request, "；".join((error.fields or {}).values()) or error.message)
        return redirect(BACK)
    messages.success(request, _("已写入草稿，请核对后发布。"))
    return redirect(f"/manage/{where}/")


@for_staff(Action.MANAGE_RULES)
@require_POST
def lay_aside(request: HttpRequest, proposal: int) -> HttpResponse:
    """Settle a proposal without a draft."""
    return act(request, lambda: joint_effects.lay_aside(proposal), _("已搁置这条建议。"), BACK)
