"""Editing a draft of rules: the deadline table at once, one row, the single settings, or the whole as text."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import versions
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.portals.manage import rule_shapes, words
from minhu.portals.manage.common import act, number_of, saved, show
from minhu.portals.manage.line_forms import LineForm, OldNumberForm
from minhu.portals.manage.rule_forms import NAMES, ROW_FORMS, RowForm, row_initial
from minhu.portals.manage.rule_settings import SETTINGS
from minhu.portals.manage.rule_text import line_of, stamp_of, written
from minhu.portals.manage.rules import page, version_address
from minhu.portals.orders.guards import for_staff

LARGEST_TEXT = 400_000


def form_of(kind: RuleKind, part: str) -> type[RowForm] | None:
    """The form of a row; None for a list that is edited as text."""
    if kind is RuleKind.LINES:
        return OldNumberForm if part == rule_shapes.NUMBERS else LineForm
    return ROW_FORMS.get(kind)


def draft_of(kind: RuleKind, version_id: int) -> versions.RuleVersion:
    """A draft; raises Conflict when it was published meanwhile."""
    found = versions.rule_version(version_id, kind)
    if not found.view.is_draft:
        raise Conflict(_("这个版本已经发布，不能再修改。请新建一个草稿。"), code="version_published")
    return found


def change(kind: RuleKind, version_id: int, stamp: str, work: Callable[[dict[str, Any]], None]) -> None:
    """Change a draft's content and save it checked; ``stamp`` is that of the content the person saw."""
    content = copy.deepcopy(draft_of(kind, version_id).content)
    if stamp and stamp != stamp_of(content):
        raise Conflict(_("这份草稿刚刚被别人改过，您的修改没有保存。请刷新页面，核对后再改。"), code="stale_draft")
    work(content)
    rule_sets.save(version_id, content)


@for_staff(Action.MANAGE_RULES)
@require_GET
def sentence(request: HttpRequest) -> HttpResponse:
    """What a deadline means, while it is being typed: the values of one row of the table."""
    given = {name.rpartition("_")[0] or name: str(value) for name, value in request.GET.items()}
    hours = given.get("hours") == "1"
    text = rule_shapes.sentence(
        given.get("clock", ""), given.get("subject", "")[:64], given.get("amount", ""), given.get("unit", ""), hours
    )
    return HttpResponse(escape(text))


@for_staff(Action.MANAGE_RULES)
@require_POST
def amounts(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Save all amounts of the deadline table."""
    wanted = rule_sets.kind_of(kind)

    def work(content: dict[str, Any]) -> None:
        wrong: dict[str, str] = {}
        for place, row in enumerate(content.get("lines", [])):
            amount = number_of(request.POST.get(f"amount_{place}"))
            if not amount or amount > 100_000:
                wrong[f"{row.get('subject')}（{row.get('key')}）"] = _("时长应当是大于 0 的整数。")
                continue
            unit = request.POST.get(f"unit_{place}", row.get("unit"))
            row.update({"amount": amount, "unit": unit})
            row.pop("working_hours", None)
            if request.POST.get(f"hours_{place}") == "1":
                row["working_hours"] = True
        if wrong:
            raise Invalid(_("时限表有误，没有保存。"), fields=wrong)

    try:
        change(wanted, version, request.POST.get("stamp", ""), work)
    except MinhuError as error:
        return page(request, wanted, versions.rule_version(version, wanted), error=error)
    messages.success(request, _("时限已存入草稿。"))
    return redirect(version_address(wanted, version))


@for_staff(Action.MANAGE_RULES)
@require_POST
def settings(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Save the single settings."""
    wanted = rule_sets.kind_of(kind)
    if wanted not in SETTINGS:
        raise NotFound(_("这类规则没有这一部分，请返回查看。"), code="no_such_part")
    form = SETTINGS[wanted](request.POST)
    status = saved(form, lambda: change(wanted, version, form.cleaned_data["stamp"], form.put_into))
    if status == 200:
        messages.success(request, _("设置已存入草稿。"))
        return redirect(version_address(wanted, version))
    return page(request, wanted, versions.rule_version(version, wanted), settings_form=form, status=status)


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, kind: str, version: int, part: str, place: int | None = None) -> HttpResponse:
    """Add a row to a list of a draft, or change one."""
    wanted = rule_sets.kind_of(kind)
    found = draft_of(wanted, version)
    rows = rule_shapes.list_of(wanted, copy.deepcopy(found.content), part)
    kind_of_form = form_of(wanted, part)
    if kind_of_form is None or (place is not None and place >= len(rows)):
        raise NotFound(_("草稿里没有这一行，可能刚被修改过。请返回再打开。"), code="no_such_row")
    there = rows[place] if place is not None else {}
    initial = {**row_initial(wanted, there), "stamp": stamp_of(found.content)}
    form = kind_of_form(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = saved(
            form, lambda: change(wanted, version, form.cleaned_data["stamp"], _putting(form, wanted, part, place))
        )
        if status == 200:
            messages.success(request, _("已存入草稿。"))
            return redirect(version_address(wanted, version))
    context = {
        "form": form, "view": found.view, "kind": wanted.value, "word": words.RULES[wanted], "there": there, "part": part,
        "place": place, "stamp": stamp_of(found.content), "previews": wanted is RuleKind.DEADLINES,
    }  # fmt: skip
    return show(request, "rules", "rule_row", context, status)


def _putting(form: RowForm, kind: RuleKind, part: str, place: int | None) -> Callable[[dict[str, Any]], None]:
    def work(content: dict[str, Any]) -> None:
        rows = rule_shapes.list_of(kind, content, part)
        made = form.row()
        name = NAMES.get(kind, "code")
        if part != rule_shapes.NUMBERS and any(
            other.get(name) == made.get(name) for number, other in enumerate(rows) if number != place
        ):
            message = _("“{code}”已有一行，请换一个。").format(code=made.get(name))
            raise Conflict(message, code="duplicate", fields={name: message})
        if place is None:
            rows.append(made)
        else:
            rows[place] = made

    return work


@for_staff(Action.MANAGE_RULES)
@require_POST
def drop(request: HttpRequest, kind: str, version: int, part: str, place: int) -> HttpResponse:
    """Take a row out of a draft."""
    wanted = rule_sets.kind_of(kind)

    def work(content: dict[str, Any]) -> None:
        rows = rule_shapes.list_of(wanted, content, part)
        if place >= len(rows):
            raise NotFound(_("草稿里没有这一行，可能刚被删除。"), code="no_such_row")
        del rows[place]

    stamp = request.POST.get("stamp", "")
    return act(
        request, lambda: change(wanted, version, stamp, work), _("已从草稿中删除。"), version_address(wanted, version)
    )


class TextForm(forms.Form):
    """A whole rule set as JSON."""

    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        max_length=LARGEST_TEXT, widget=forms.Textarea(attrs={"rows": 28, "class": "rule-text", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("规则文本（JSON）")


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Edit a draft as text; mistakes are named with their lines."""
    wanted = rule_sets.kind_of(kind)
    found = draft_of(wanted, version)
    context: dict[str, Any] = {
        "view": found.view,
        "kind": wanted.value,
        "word": words.RULES[wanted],
        "back": version_address(wanted, version),
    }
    if request.method != "POST":
        context["form"] = TextForm(initial={"text": written(found.content)[0], "stamp": stamp_of(found.content)})
        return show(request, "rules", "rule_text", context)
    form = TextForm(request.POST)
    status = 422
    if form.is_valid():
        content, mistakes = _parsed(form.cleaned_data["text"])
        if content is not None:
            form, mistakes, status = _stored(wanted, version, form, content)
            if status == 200:
                messages.success(request, _("检查通过，已存入草稿。"))
                return redirect(version_address(wanted, version))
        for number, where, what in mistakes:
            form.add_error("text", _("第 {n} 行 {where}：{what}").format(n=number, where=where, what=what))
    return show(request, "rules", "rule_text", {**context, "form": form}, status)


def _parsed(typed: str) -> tuple[dict[str, Any] | None, list[tuple[int, str, str]]]:
    try:
        content = json.loads(typed)
    except json.JSONDecodeError as error:
        what = _("这里不是有效的 JSON，请检查逗号、引号和括号。")
        return None, [(error.lineno, _("第 {n} 个字符").format(n=error.colno), what)]
    except RecursionError:
        return None, [(1, "", _("嵌套层数过多。"))]
    if not isinstance(content, dict):
        return None, [(1, "", _("规则应当是一个 JSON 对象。"))]
    return content, []


def _stored(
    kind: RuleKind, version: int, form: TextForm, content: dict[str, Any]
) -> tuple[TextForm, list[tuple[int, str, str]], int]:
    """Save the content; on mistakes the form comes back with the same content written line by line."""

    def work(there: dict[str, Any]) -> None:
        there.clear()
        there.update(content)

    try:
        change(kind, version, form.cleaned_data["stamp"], work)
    except MinhuError as error:
        shown, places = written(content)
        again = TextForm({"text": shown, "stamp": form.cleaned_data["stamp"]})
        again.is_valid()
        if not error.fields:
            again.add_error(None, error.message)
        found = [(line_of(where, places), where, what) for where, what in (error.fields or {}).items()]
        return again, sorted(found), error.status
    return form, [], 200
