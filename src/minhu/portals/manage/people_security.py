"""人员的登录与安全: sessions, second factors, emergency access, absences, leaving; what needs a second person."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import sign_in_pages, staff_pages
from minhu.directory.services import absences, break_glass, factors, sign_ins, two_people
from minhu.directory.types import ProposalKind
from minhu.portals.accounts.forms import AbsenceForm
from minhu.portals.accounts.views_own import absence_rows, enter_absence, session_rows
from minhu.portals.manage.common import act, may, saved, show
from minhu.portals.orders.guards import actor_of, for_staff

KIND_WORDS = {
    "post": gettext_lazy("授予管理员岗位"), "password": gettext_lazy("重置密码"),
    "factors": gettext_lazy("重置双因素验证"), "activate": gettext_lazy("恢复使用"),
}  # fmt: skip


class AskForm(forms.Form):
    """What is asked for an administrator's account, and why."""

    kind = forms.ChoiceField(
        label=gettext_lazy("申请事项"), choices=[(key, words) for key, words in KIND_WORDS.items() if key != "post"]
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class ReviewForm(forms.Form):
    """What the auditor found."""

    justified = forms.TypedChoiceField(
        label=gettext_lazy("结论"), coerce=lambda text: text == "1",
        choices=[("1", gettext_lazy("确有必要，使用得当")), ("0", gettext_lazy("不当使用，须追究"))],
    )  # fmt: skip
    finding = forms.CharField(label=gettext_lazy("复核意见"), max_length=500)


def _page(
    request: HttpRequest, person: int, away: AbsenceForm | None = None, ask: AskForm | None = None, status: int = 200
) -> HttpResponse:
    card = staff_pages.card(person)
    context = {
        "person": card, "myself": actor_of(request).staff_id == person, "sessions": session_rows(person),
        "own": sign_in_pages.factors_of(person), "rows": absence_rows(person), "away": away or AbsenceForm(None, person),
        "ask": ask or AskForm(), "is_administrator": card.is_administrator, "nobody": not absences.colleagues(person),
    }  # fmt: skip
    return show(request, "staff", "person_security", context, status)


@for_staff(Action.MANAGE_STAFF)
@require_GET
def security(request: HttpRequest, person: int) -> HttpResponse:
    """How somebody signs in, from where, and who acts for him."""
    return _page(request, person)


def _done(request: HttpRequest, person: int, work: Callable[[], object], words: str) -> HttpResponse:
    return act(request, work, words, reverse("manage_person_security", args=[person]))


@for_staff(Action.MANAGE_STAFF)
@require_POST
def end_sessions(request: HttpRequest, person: int) -> HttpResponse:
    """Sign somebody out: everywhere, or the one session that is named."""
    text = request.POST.get("session", "")
    one = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    return _done(request, person, lambda: sign_ins.revoke(person, one), _("已退出，对方须重新登录。"))


@for_staff(Action.MANAGE_STAFF)
@require_POST
def reset_factors(request: HttpRequest, person: int) -> HttpResponse:
    """Somebody lost telephone and codes (for an administrator: see ``ask``)."""
    return _done(request, person, lambda: factors.reset_for(person), _("双因素验证已重置，对方下次登录时重新绑定。"))


@for_staff(Action.MANAGE_STAFF)
@require_POST
def name_emergency(request: HttpRequest, person: int) -> HttpResponse:
    """Name for emergency access, or take it back."""
    named = request.POST.get("named") == "1"
    words = _("已指定为紧急访问人员。") if named else _("已取消紧急访问资格。")
    return _done(request, person, lambda: break_glass.name_for_emergency(person, named), words)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def end_emergency(request: HttpRequest, person: int) -> HttpResponse:
    """End somebody's emergency access at once."""
    return act(request, lambda: break_glass.end_emergency(person), _("紧急访问已结束。"), "/manage/emergencies/")


@for_staff(Action.MANAGE_STAFF)
@require_POST
def away(request: HttpRequest, person: int) -> HttpResponse:
    """Enter an absence for somebody."""
    form = AbsenceForm(request.POST, person)
    status = saved(form, lambda: enter_absence(person, form))
    if status != 200:
        return _page(request, person, away=form, status=status)
    messages.success(request, _("离岗已登记，代理人到时自动获得岗位。"))
    return redirect("manage_person_security", person)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def end_absence(request: HttpRequest, absence: int) -> HttpResponse:
    """End acting before its time."""
    back = request.POST.get("person", "")
    address = (
        reverse("manage_person_security", args=[int(back)]) if back.isascii() and back.isdigit() else "/manage/staff/"
    )
    return act(request, lambda: absences.cancel_absence(absence), _("代理已结束。"), address)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def leave(request: HttpRequest, person: int) -> HttpResponse:
    """Somebody leaves for good; units with nobody left are named."""

    def work() -> None:
        if empty := absences.leave_for_good(person):
            text = _("以下单位已没有在岗人员，请尽快安排：{units}。")
            messages.warning(request, text.format(units="、".join(empty)))

    return act(
        request, work, _("离职已办理：账号停用、岗位结束；未办结的工单仍在原单位继续办理。"), f"/manage/staff/{person}/"
    )


@for_staff(Action.MANAGE_STAFF)
@require_POST
def ask(request: HttpRequest, person: int) -> HttpResponse:
    """Ask for what is about an administrator; the first half of a new password is shown this once."""
    form = AskForm(request.POST)
    made: list[two_people.Asked] = []

    def work() -> None:
        data = form.cleaned_data
        made.append(two_people.ask_account(person, ProposalKind(data["kind"]), data["reason"]))

    status = saved(form, work)
    if status != 200:
        return _page(request, person, ask=form, status=status)
    if made[0].half:
        return _half_page(request, person, made[0].half, first=True)
    messages.success(request, _("申请已提交，等另一位管理员确认。"))
    return redirect("manage_confirmations")


def _half_page(request: HttpRequest, person: int, half: str, *, first: bool) -> HttpResponse:
    card = staff_pages.card(person)
    answer = show(request, "confirmations", "half_password", {"person": card, "half": half, "first": first})
    answer["Cache-Control"] = "no-store"
    return answer


@for_staff(Action.CONFIRM_ADMINISTRATOR)
@require_GET
def confirmations(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided."""
    me = actor_of(request).staff_id
    rows = [
        {"row": row, "what": KIND_WORDS[row.kind], "mine": me not in (row.asked_by_id, row.staff_id)}
        for row in sign_in_pages.proposals()
    ]
    return show(request, "confirmations", "confirmations", {"rows": rows})


@for_staff(Action.CONFIRM_ADMINISTRATOR)
@require_POST
def decide(request: HttpRequest, proposal: int) -> HttpResponse:
    """Confirm or refuse; the second half of a new password is shown this once."""
    halves: list[str] = []
    if request.POST.get("answer") != "confirm":
        return act(request, lambda: two_people.refuse(proposal), _("申请已退回。"), "/manage/confirmations/")
    row = next((one for one in sign_in_pages.proposals() if one.id == proposal), None)
    answer = act(
        request, lambda: halves.append(two_people.confirm(proposal)), _("已确认并生效。"), "/manage/confirmations/"
    )
    if halves and halves[0] and row is not None:
        return _half_page(request, row.staff_id, halves[0], first=False)
    return answer


@for_staff(Action.MANAGE_STAFF, Action.REVIEW_EMERGENCY)
@require_http_methods(["GET", "POST"])
def emergencies(request: HttpRequest) -> HttpResponse:
    """Every use of emergency access: open ones, those to review, those reviewed."""
    form = ReviewForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        text = request.POST.get("emergency", "")
        which = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
        status = saved(form, lambda: break_glass.review(which, **form.cleaned_data))
        if status == 200:
            messages.success(request, _("复核意见已记入账本。"))
            return redirect("manage_emergencies")
    context = {
        "rows": sign_in_pages.emergencies(), "form": form, "may_review": may(request, Action.REVIEW_EMERGENCY),
        "may_end": may(request, Action.MANAGE_STAFF), "bound": request.POST.get("emergency", ""),
    }  # fmt: skip
    return show(request, "emergencies", "emergencies", context, status)
