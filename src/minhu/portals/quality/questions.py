"""One question of the queue: everything asked that waits in it, the answers as they were, who has it and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.queries import open_questions
from minhu.knowledge.services import assigning, questions
from minhu.knowledge.types import Settled
from minhu.portals.context import count_unread
from minhu.portals.orders.guards import actor_of, for_staff

keepers = for_staff(Action.EDIT_KNOWLEDGE)


@count_unread
def _waiting(actor: Actor) -> Mapping[str, int]:
    return {"questions": questions.count(actor)} if actor.roles & {Role.EDITOR, Role.REVIEWER} else {}


@keepers
@require_GET
def item(request: HttpRequest, question: int) -> HttpResponse:
    """The page of one question."""
    context = {
        "row": questions.one(question), "wordings": open_questions.wordings_of(question), "alike": open_questions.alike(question),
        "people": open_questions.colleagues(question), "ways": list(Settled), "me": actor_of(request).id,
    }  # fmt: skip
    return render(request, "quality/question.html", context)


@keepers
@require_POST
def assign(request: HttpRequest, question: int) -> HttpResponse:
    """Give the question to somebody until a day."""
    try:
        typed = request.POST.get("due", "").strip()
        due = _day(typed)
        assigning.assign(question, request.POST.get("account", ""), due)
        messages.success(request, _("已分派。"))
    except MinhuError as error:
        messages.error(request, "".join((error.fields or {}).values()) or error.message)
    return redirect("knowledge_question", question=question)


def _day(typed: str) -> date | None:
    try:
        day = parse_date(typed) if typed else None
    except ValueError:
        day = None
    if typed and day is None:
        raise Invalid(_("期限请写成 2026-03-05 的样子。"))
    return day
