"""Questions that nothing answered well: the most asked first, each ends in a paper, a wording or 'not ours'."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.services import questions
from minhu.knowledge.types import Settled, Trouble
from minhu.portals.manage.common import Counted, chosen_page, number_of, page_number
from minhu.portals.orders.guards import for_staff

PAGE: Final = 50
ONLY: Final = {"mine": gettext_lazy("交给我的"), "free": gettext_lazy("未分派"), "late": gettext_lazy("已超期")}
keepers = for_staff(Action.EDIT_KNOWLEDGE)


@keepers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The queue, or with ``done`` what was settled."""
    done = "done" in request.GET
    start = (page_number(request) - 1) * PAGE
    only, trouble = request.GET.get("only", ""), request.GET.get("trouble", "")
    only = only if only in ONLY else ""
    trouble = trouble if trouble in {one.value for one in Trouble} else ""
    rows, total = questions.waiting(done, start, PAGE, only=only, trouble=trouble)
    context = {
        "page": chosen_page(request, Counted(rows, total, start), PAGE),
        "total": total,
        "done": done,
        "only": only,
        "trouble": trouble,
        "onlys": ONLY.items(),
        "troubles": list(Trouble),
    }
    return render(request, "knowledge/questions.html", context)


@keepers
@require_POST
def settle(request: HttpRequest, question: int) -> HttpResponse:
    """Say how one question was settled."""
    given = request.POST
    try:
        if given.get("how") not in {one.value for one in Settled}:
            raise Invalid(_("请选择处理结果。"))
        questions.settle(
            question, Settled(given["how"]), given.get("said", ""), given.get("meant", ""), given.get("note", ""),
            number_of(given.get("document")),
        )  # fmt: skip
        messages.success(request, _("已处理。"))
    except MinhuError as error:
        messages.error(request, "".join((error.fields or {}).values()) or error.message)
        return redirect("knowledge_question", question=question)
    return redirect("knowledge_questions")
