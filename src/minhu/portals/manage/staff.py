"""人员: accounts, posts, passwords and locks, for the security administrator."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import staff_pages, units
from minhu.directory.queries.staff_pages import StaffFilter
from minhu.directory.services import accounts, posts, two_people
from minhu.directory.types import ADMINISTRATORS, Role
from minhu.portals.manage import locks
from minhu.portals.manage.common import Counted, act, page_number, saved, show
from minhu.portals.navigation import ROLE_WORDS
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import UnitField

PAGE: Final = 50
ROLES: Final = [
    (role.value, ROLE_WORDS[role]) for role in Role if role not in (Role.CITIZEN, Role.PARTNER, Role.SYSTEM)
]


def new_password() -> str:
    """A password to be given on and changed at once: two halves, about 86 bits, right for every profile."""
    return f"{two_people.new_half()}-{two_people.new_half()}"


class PeopleFilter(forms.Form):
    """What the list of accounts is narrowed to."""

    q = forms.CharField(label=gettext_lazy("姓名、账号、工号或单位"), required=False, max_length=64)
    unit = UnitField(label=gettext_lazy("任职单位"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("岗位"), required=False, choices=[("", gettext_lazy("全部岗位")), *ROLES]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False,
        choices=[
            ("", gettext_lazy("全部")), ("active", gettext_lazy("使用中")), ("closed", gettext_lazy("已停用")),
            ("no_post", gettext_lazy("没有岗位")), ("must_change", gettext_lazy("未改初始密码")), ("one_factor", gettext_lazy("没有双因素验证")),
            ("locked", gettext_lazy("被锁定")),
        ],
    )  # fmt: skip


class AccountForm(forms.Form):
    """A new account; its password is made by the program."""

    username = forms.CharField(
        label=gettext_lazy("账号"), max_length=64, help_text=gettext_lazy("小写字母、数字、点、横线和下划线，以后不能修改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=64)
    employee_number = forms.CharField(label=gettext_lazy("工号"), required=False, max_length=32)
    phone = forms.CharField(label=gettext_lazy("办公电话"), required=False, max_length=32)


class PersonForm(forms.Form):
    """What may be corrected of an account."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=64)
    phone = forms.CharField(label=gettext_lazy("办公电话"), required=False, max_length=32)


class PostForm(forms.Form):
    """A role at a unit for a time."""

    unit = UnitField(label=gettext_lazy("单位"))
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=[("", gettext_lazy("请选择")), *ROLES])
    valid_from = forms.DateField(
        label=gettext_lazy("开始日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    valid_to = forms.DateField(
        label=gettext_lazy("结束日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("不填则长期有效。"),
    )  # fmt: skip


@for_staff(Action.MANAGE_STAFF)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Accounts, filtered; locked ones on top."""
    form = PeopleFilter(request.GET or None)
    query = form.cleaned_data if form.is_valid() else {}
    locked = locks.locked_accounts()
    number = page_number(request)
    narrowing = StaffFilter(query.get("q", ""), query.get("unit"), query.get("role", ""), query.get("state", ""))
    start = (number - 1) * PAGE
    rows, total = staff_pages.page_of(narrowing, start, PAGE)
    if rows == [] and total:
        number, start = 1, 0
        rows, total = staff_pages.page_of(narrowing, 0, PAGE)
    page: Page[Any] = Paginator(cast(Any, Counted(rows, total, start)), PAGE).get_page(number)
    only_locked = query.get("state") == "locked"
    names = {one.username for one in locked}
    context = {
        "form": form, "page": page, "rows": [] if only_locked else rows, "locked": locked, "only_locked": only_locked,
        "locked_names": names, "total": total,
    }  # fmt: skip
    return show(request, "staff", "staff", context)


@for_staff(Action.MANAGE_STAFF)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Create an account with a password that is shown once and must be changed."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return show(request, "staff", "staff_new", {"form": form})
    password = new_password()
    made: list[int] = []

    def work() -> None:
        data = form.cleaned_data
        staff = accounts.create_account(
            data["username"].strip(), data["name"], password,
            employee_number=data["employee_number"].strip(), phone=data["phone"].strip(),
        )  # fmt: skip
        made.append(staff.pk)

    status = saved(form, work)
    if status != 200:
        return show(request, "staff", "staff_new", {"form": form}, status)
    return _password_page(request, made[0], password, _("账号已创建"))


def _password_page(request: HttpRequest, staff_id: int, password: str, title: str) -> HttpResponse:
    """The one page on which a new password is ever shown; it is never stored, cached or put into a notice."""
    context = {"person": staff_pages.card(staff_id), "password": password, "title": title}
    answer = show(request, "staff", "staff_password", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _card(
    request: HttpRequest, person_id: int, form: forms.Form | None = None, post_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    person = staff_pages.card(person_id)
    context = {
        "person": person, "form": form or PersonForm(initial={"name": person.name, "phone": person.phone}),
        "post_form": post_form or PostForm(), "myself": actor_of(request).staff_id == person_id,
        "locked": [one for one in locks.locked_accounts() if one.username == person.username],
        "is_administrator": person.is_administrator,
    }  # fmt: skip
    return show(request, "staff", "person", context, status)


@for_staff(Action.MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One account; a POST corrects name and telephone."""
    if request.method == "GET":
        return _card(request, person)
    form = PersonForm(request.POST)
    status = saved(form, lambda: accounts.update_account(person, **form.cleaned_data))
    if status != 200:
        return _card(request, person, form, status=status)
    messages.success(request, _("已保存。"))
    return redirect("manage_person", person)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def give_post(request: HttpRequest, person: int) -> HttpResponse:
    """Give a post; the three administrators are kept apart."""
    form = PostForm(request.POST)

    def work() -> None:
        data: dict[str, Any] = form.cleaned_data
        start: date | None = data["valid_from"]
        give = two_people.ask_post if data["role"] in ADMINISTRATORS else posts.give_post
        give(person, data["unit"], data["role"], valid_from=start, valid_to=data["valid_to"])

    status = saved(form, work)
    if status != 200:
        return _card(request, person, post_form=form, status=status)
    if form.cleaned_data["role"] in ADMINISTRATORS:
        messages.success(request, _("申请已提交，等另一位管理员确认后生效。"))
        return redirect("manage_confirmations")
    messages.success(request, _("已设置岗位：{unit}。").format(unit=units.unit_name(form.cleaned_data["unit"])))
    return redirect("manage_person", person)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def end_post(request: HttpRequest, person: int, post: int) -> HttpResponse:
    """End a post from today on."""
    return act(request, lambda: posts.end_post(post), _("岗位已结束，今天起不再有效。"), f"/manage/staff/{person}/")


@for_staff(Action.MANAGE_STAFF)
@require_POST
def switch(request: HttpRequest, person: int) -> HttpResponse:
    """Close an account or open it again."""
    active = request.POST.get("active") == "1"
    done = _("账号已恢复使用。") if active else _("账号已停用，所有登录随即失效。")
    return act(request, lambda: accounts.set_active(person, active), done, f"/manage/staff/{person}/")


@for_staff(Action.MANAGE_STAFF)
@require_POST
def reset_password(request: HttpRequest, person: int) -> HttpResponse:
    """Give a new password, shown once; the lock after wrong ones goes too."""
    card = staff_pages.card(person)
    password = new_password()
    accounts.set_password(person, password)
    locks.unlock(card.username)
    return _password_page(request, person, password, _("密码已重置"))


@for_staff(Action.MANAGE_STAFF)
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Let somebody try again who was shut out."""
    username = request.POST.get("username", "")[:255]
    done = _("“{name}”已解锁，可以重新登录。").format(name=username)
    return act(request, lambda: locks.unlock(username), done, "/manage/staff/")
