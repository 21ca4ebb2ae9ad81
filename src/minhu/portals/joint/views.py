"""New types in groups, joint decisions from the question to the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.policy import decide as allowed
from minhu.directory.types import Role
from minhu.handling.queries import joint as reading
from minhu.handling.services import joint, new_types
from minhu.handling.types import JointState
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.language.personal import mask_personal
from minhu.portals.citizen.views import show_errors
from minhu.portals.context import count_unread
from minhu.portals.joint.forms import CaseForm, OpinionForm, VerdictForm
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.unit.panel import safe_back

anybody_asked = for_staff(Action.DISPATCH, Action.ARBITRATE, Action.GIVE_OPINION)
dispatchers = for_staff(Action.DISPATCH)


@count_unread
def _waiting(actor: Actor) -> Mapping[str, int]:
    roles = actor.roles & {Role.DISPATCHER, Role.SUPERVISOR, Role.UNIT_HANDLER, Role.UNIT_HEAD}
    if not roles:
        return {}
    if Role.DISPATCHER in roles:
        return {"joint": reading.waiting_marks(actor)}
    return {"joint": reading.waiting_cases(actor)}


@anybody_asked
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """What fits no category (dispatchers), and the joint decisions that concern the reader."""
    ended = request.GET.get("ended") == "1"
    dispatching = bool(allowed(actor_of(request), Action.DISPATCH))
    context = {
        "groups": reading.new_matters() if dispatching and not ended else [], "dispatching": dispatching, "ended": ended,
        "cases": reading.cases(JointState.DECIDED if ended else JointState.OPEN),
        "withdrawn": reading.cases(JointState.WITHDRAWN) if ended else [],
        "deciding": may_ever(actor_of(request), Action.ARBITRATE),
    }  # fmt: skip
    return render(request, "joint/board.html", context)


@dispatchers
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask units about the ticked orders."""
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("orders")
    rows = [row for group in reading.new_matters() for row in group]
    ticked = [row for row in rows if row.number in chosen]
    open_words = [
        mask_personal(row.title)[:120] for row in ticked if not row.confidential
    ]  # units read what is put here
    start = {"title": open_words[0] if open_words else "", "due_at": CaseForm.usual_due()}
    form = CaseForm(request.POST if "title" in request.POST else None, initial=start)
    if form.is_bound and form.is_valid():
        try:
            return redirect("joint_case", case=joint.open_case(form.draft(), chosen))
        except Invalid as error:
            show_errors(form, error)
        except MinhuError as error:
            form.add_error(None, error.message)
    return render(request, "joint/new.html", {"form": form, "rows": ticked}, status=422 if form.errors else 200)


@anybody_asked
@require_GET
def case(request: HttpRequest, case: int) -> HttpResponse:
    """One joint decision."""
    return _page(request, case)


def _page(request: HttpRequest, pk: int, status: int = 200, **forms: Any) -> HttpResponse:
    view = reading.case(pk)
    if view is None:
        raise NotFound(_("没有这个会商，或者没有请贵单位参加。"), code="joint_not_found")
    own = {one.unit_id: one for one in view.opinions if one.unit_id in view.my_units}
    context = {
        "view": view, "row": view.row, "verdict": forms.get("verdict") or (VerdictForm() if view.may_decide else None),
        "mine": [(one, forms.get(f"opinion{unit}") or OpinionForm(auto_id=f"id_{unit}_%s", initial=_said(one))) for unit, one in own.items()],
        "waiting": [row for group in reading.new_matters() for row in group] if view.may_dispatch else [],
    }  # fmt: skip
    return render(request, "joint/case.html", context, status=status)


def _said(one: reading.OpinionRow) -> dict[str, Any]:
    return {
        "kind": one.kind.value if one.kind else "",
        "text": one.text,
        "right_unit_id": one.right_unit,
        "category_id": one.category,
    }


@for_staff(Action.GIVE_OPINION)
@require_POST
def opinion(request: HttpRequest, case: int, unit: int) -> HttpResponse:
    """What one's unit says."""
    form = OpinionForm(request.POST, auto_id=f"id_{unit}_%s")
    done = _saved(form, lambda: joint.give_opinion(case, unit, form.draft()))
    if not done:
        return _page(request, case, 422, **{f"opinion{unit}": form})
    messages.success(request, _("会商意见已提交，裁定前可以修改。"))
    return redirect("joint_case", case=case)


@for_staff(Action.ARBITRATE)
@require_POST
def decide(request: HttpRequest, case: int) -> HttpResponse:
    """The verdict, and what became of the orders."""
    form = VerdictForm(request.POST)
    found: list[joint.Applied] = []
    if not _saved(form, lambda: found.append(joint.decide(case, form.verdict()))):
        return _page(request, case, 422, verdict=form)
    words = {"out": len(found[0].dispatched), "right": len(found[0].corrected)}
    messages.success(request, _("已裁定：派出 %(out)s 件，更正分类 %(right)s 件。") % words)
    for number, why in found[0].left[:5]:
        messages.warning(request, f"{number}：{why}")
    return redirect("joint_case", case=case)


def _saved(form: Any, work: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        work()
    except Invalid as error:
        show_errors(form, error)
        return False
    except MinhuError as error:
        form.add_error(None, error.message)
        return False
    return True


@dispatchers
@require_POST
def add(request: HttpRequest, case: int) -> HttpResponse:
    """More orders of the same new thing."""
    numbers = request.POST.getlist("orders")
    return act(request, lambda: joint.add_orders(case, numbers), _("已加入会商。"), reverse("joint_case", args=[case]))


@dispatchers
@require_POST
def withdraw(request: HttpRequest, case: int) -> HttpResponse:
    """End it without a verdict."""
    why = request.POST.get("reason", "")
    return act(request, lambda: joint.withdraw(case, why), _("会商已撤销，工单回到新类型清单。"), reverse("joint"))


@for_staff(Action.DECIDE_INTAKE)
@require_POST
def mark(request: HttpRequest, number: str) -> HttpResponse:
    """A person says that an order fits no category."""
    return act(request, lambda: new_types.mark(number), _("已标为新类型。"), reverse("order", args=[number]))


@dispatchers
@require_POST
def unmark(request: HttpRequest) -> HttpResponse:
    """A person says that the ticked orders do fit a category."""
    numbers = request.POST.getlist("orders")[:200]

    def work() -> None:
        for number in numbers:
            new_types.unmark(number)

    return act(request, work, _("已取消新类型标记。"), safe_back(request, reverse("joint")))
