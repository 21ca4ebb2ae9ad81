"""The assistants of the process on one page; each has a page with its newest proposals and a switch."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.versions import rule_versions
from minhu.directory.services.assistants import switch
from minhu.directory.types import RuleKind
from minhu.governance.queries import assistants as queries
from minhu.intake.types import Outcome
from minhu.portals.assistants.words import DESCRIBED, end_word
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import actor_of, for_staff

watchers = for_staff(Action.VIEW_FIGURES, Action.SWITCH_ASSISTANTS)
_SWITCHES = 12


@watchers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All eight with what they did."""
    rows = [_shown(one) for one in queries.assistants()]
    return render(request, "assistants/list.html", {"rows": rows, "may_switch": _may_switch(request)})


@watchers
@require_GET
def one(request: HttpRequest, step: str) -> HttpResponse:
    """One assistant: what it reads, writes and decides not, its newest proposals, its switchings."""
    found = queries.assistant(step)
    actor = actor_of(request)
    rows = queries.latest(found.step) if may_ever(actor, Action.VIEW_FIGURES) else []
    shown = [{"row": row, "end": end_word(found.step, row.outcome)} for row in rows]
    history = [view for view in rule_versions(RuleKind.ASSISTANTS) if view.note.startswith(found.step.said)]
    context = {
        "one": _shown(found), "rows": shown, "sees_rows": may_ever(actor, Action.VIEW_FIGURES),
        "may_switch": _may_switch(request), "switch_on": {"on": "1"}, "history": history[:_SWITCHES],
    }  # fmt: skip
    return render(request, "assistants/one.html", context)


@for_staff(Action.SWITCH_ASSISTANTS)
@require_POST
def switch_one(request: HttpRequest, step: str) -> HttpResponse:
    """Put one on or off with a reason."""
    on = request.POST.get("on") == "1"
    done = _("已启用，马上生效。") if on else _("已停用，马上生效。")
    reason = request.POST.get("reason", "")
    return act(request, lambda: switch(step, on=on, reason=reason), done, reverse("assistant", args=[step]))


def _may_switch(request: HttpRequest) -> bool:
    return may_ever(actor_of(request), Action.SWITCH_ASSISTANTS)


def _shown(found: queries.Assistant) -> dict[str, Any]:
    tally = found.tally
    ends = [(*end_word(found.step, end), tally.ends[end]) for end in Outcome if tally.ends[end]]
    return {
        "code": found.step.value, "step": found.step.said, "on": found.on, "words": DESCRIBED[found.step],
        "made": tally.made, "decided": tally.decided, "share": tally.share, "ends": ends, "last_at": tally.last_at,
        "makers": [maker for maker, _count in tally.makers.most_common(4)],
    }  # fmt: skip
