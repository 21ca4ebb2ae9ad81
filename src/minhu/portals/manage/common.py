"""What the administration's pages share: the sections somebody may see, forms that show a service's refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.policy import Action, may_ever
from minhu.kernel.errors import MinhuError
from minhu.portals.orders.guards import actor_of

ADMINISTRATION: Final = (
    Action.MANAGE_DIRECTORY, Action.MANAGE_RULES, Action.MANAGE_STAFF, Action.MANAGE_TOKENS, Action.VIEW_LEDGER,
    Action.CONFIRM_ADMINISTRATOR, Action.REVIEW_EMERGENCY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the administration, shown to those who may do one of ``actions``."""

    key: str
    label: str | Promise
    path: str
    icon: str
    actions: tuple[Action, ...]


SECTIONS: Final = (
    Section("overview", _("概览"), "/manage/", "layout-dashboard", ADMINISTRATION),
    Section("areas", _("区划"), "/manage/areas/", "map-2", (Action.VIEW_DIRECTORY,)),
    Section("units", _("单位"), "/manage/units/", "building-bank", (Action.VIEW_DIRECTORY,)),
    Section("categories", _("诉求分类"), "/manage/categories/", "category", (Action.VIEW_DIRECTORY,)),
    Section("crosswalks", _("分类对照"), "/manage/crosswalks/", "arrows-exchange", (Action.VIEW_DIRECTORY,)),
    Section("catalogue", _("派单目录"), "/manage/catalogue/", "route", (Action.VIEW_DIRECTORY,)),
    Section("duties", _("权责清单"), "/manage/duties/", "list-check", (Action.VIEW_DIRECTORY,)),
    Section("rules", _("规则"), "/manage/rules/", "adjustments-horizontal", (Action.MANAGE_RULES,)),
    Section("lines", _("业务线"), "/manage/lines/", "phone-incoming", (Action.MANAGE_RULES,)),
    Section(
        "publishing", _("发布检查"), "/manage/publishing/", "list-check", (Action.MANAGE_RULES, Action.EDIT_KNOWLEDGE)
    ),
    Section("learning", _("学习与标注"), "/manage/learning/", "school", (Action.MANAGE_RULES, Action.DECIDE_INTAKE)),
    Section("calendar", _("工作日历"), "/manage/calendar/", "calendar", (Action.MANAGE_RULES,)),
    Section("staff", _("人员"), "/manage/staff/", "users", (Action.MANAGE_STAFF,)),
    Section("confirmations", _("两人确认"), "/manage/confirmations/", "users-group", (Action.CONFIRM_ADMINISTRATOR,)),
    Section(
        "emergencies", _("紧急访问"), "/manage/emergencies/", "urgent", (Action.MANAGE_STAFF, Action.REVIEW_EMERGENCY)
    ),
    Section("privacy", _("个人信息"), "/manage/privacy/", "archive", (Action.MANAGE_STAFF,)),
    Section("tokens", _("接口令牌"), "/manage/tokens/", "key", (Action.MANAGE_TOKENS,)),
    Section("partners", _("对接"), "/manage/partners/", "plug", (Action.MANAGE_TOKENS,)),
    Section("channels", _("渠道"), "/manage/channels/", "message-dots", (Action.MANAGE_TOKENS,)),
    Section("boards", _("留言板"), "/manage/boards/", "message-report", (Action.MANAGE_TOKENS,)),
    Section("enterprises", _("企业"), "/manage/enterprises/", "building", (Action.MANAGE_TOKENS,)),
    Section("emergency_services", _("紧急部门"), "/manage/emergency-services/", "urgent", (Action.MANAGE_TOKENS,)),
    Section("phone_trial", _("电话试呼"), "/manage/phone-trial/", "phone-outgoing", (Action.MANAGE_TOKENS,)),
    Section("sight", _("谁能看到"), "/orders/who/", "eye", (Action.VIEW_ACCESS,)),
    Section("ledger", _("账本"), "/audit/", "shield-check", (Action.VIEW_LEDGER,)),
)


def may(request: HttpRequest, action: Action) -> bool:
    """Whether the policy grants ``action`` to who asks."""
    return may_ever(actor_of(request), action)


def sections_of(request: HttpRequest) -> tuple[Section, ...]:
    """The parts of the administration that are offered to who asks."""
    return tuple(part for part in SECTIONS if any(may(request, action) for action in part.actions))


def show(
    request: HttpRequest, section: str, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a page of a section, with the sections above it."""
    shown = {
        **(context or {}),
        "sections": sections_of(request),
        "section": section,
        "may_directory": may(request, Action.MANAGE_DIRECTORY),
        "may_rules": may(request, Action.MANAGE_RULES),
    }
    return render(request, f"manage/{template}.html", shown, status=status)


def put_errors(form: forms.Form, error: MinhuError) -> None:
    """Put a service's refusal beside the fields it is about, the rest on top."""
    about = error.fields or {}
    beside = {name: text for name, text in about.items() if name in form.fields}
    for name, text in beside.items():
        form.add_error(name, text)
    others = [f"{name}：{text}" for name, text in about.items() if name not in beside]
    if others or not beside:
        form.add_error(None, error.message)
    for text in others:
        form.add_error(None, text)


def saved(form: forms.Form, work: Callable[[], object]) -> int:
    """Run a service for a valid form; 200 when it was done, else the status to answer with, errors in the form."""
    if not form.is_valid():
        return 422
    try:
        with transaction.atomic():
            work()
    except MinhuError as error:
        put_errors(form, error)
        return error.status
    return 200


def act(request: HttpRequest, work: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Run a service for a button: a notice says what came of it, and the page it stood on follows."""
    try:
        with transaction.atomic():
            work()
    except MinhuError as error:
        details = "；".join((error.fields or {}).values())
        messages.error(request, f"{error.message}{details[:300] if details not in error.message else ''}")
    else:
        messages.success(request, done)
    return redirect(back)


def chosen_page(request: HttpRequest, rows: Any, size: int = 50) -> Page[Any]:
    """The page of a list that the address names; a wrong number shows the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


class Counted:
    """A list of which only one page was read, for the paginator."""

    def __init__(self, rows: list[Any], total: int, start: int) -> None:
        self._rows, self._total, self._start = rows, total, start

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, part: slice) -> list[Any]:
        first = (part.start or 0) - self._start
        return self._rows[first : first + (part.stop - (part.start or 0))]


def page_number(request: HttpRequest) -> int:
    """The page that the address names, at least 1."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def number_of(text: object) -> int | None:
    """A key out of an address or a form; None for anything that is none."""
    plain = str(text or "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None
