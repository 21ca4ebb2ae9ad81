"""工作日历: the year as people see it, working hours by profile, a year added from the announcement."""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import versions
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import PARSERS, SHIPPED, Calendars, calendars, published
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.calendar import WorkingCalendar, parse_periods
from minhu.portals.manage import words
from minhu.portals.manage.common import number_of, saved, show
from minhu.portals.manage.differences import of_rules
from minhu.portals.manage.overview import unannounced_years
from minhu.portals.manage.rule_text import stamp_of
from minhu.portals.manage.rules import listed
from minhu.portals.manage.rules_edit import change, draft_of
from minhu.portals.orders.guards import for_staff

WEEK = (
    ("mon", gettext_lazy("周一")), ("tue", gettext_lazy("周二")), ("wed", gettext_lazy("周三")), ("thu", gettext_lazy("周四")),
    ("fri", gettext_lazy("周五")), ("sat", gettext_lazy("周六")), ("sun", gettext_lazy("周日")),
)  # fmt: skip
_LINE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|~|～|—|–)\s*(\d{4}-\d{1,2}-\d{1,2}))?[\s，,]+(\S.*)")
LONGEST_SPAN = 15


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the year view; ``kind`` is '', weekend, holiday or makeup."""

    number: int
    kind: str
    name: str
    today: bool


def _day(book: WorkingCalendar, day: date) -> Day:
    name, kind = "", ""
    if book.observes_holidays and day in book.holidays:
        name, kind = book.holidays[day], "holiday"
    elif book.observes_holidays and day in book.makeup_days and book.is_working_day(day):
        name, kind = _("班"), "makeup"
    elif not book.is_working_day(day):
        kind = "weekend"
    return Day(day.day, kind, name, day == local_day())


def year_view(book: WorkingCalendar, year: int) -> list[tuple[int, list[list[Day | None]]]]:
    """The months of a year as weeks from Monday; None outside the month."""
    weeks = months.Calendar(firstweekday=0)
    return [
        (
            month,
            [
                [_day(book, day) if day.month == month else None for day in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def _profiles(books: Calendars) -> list[dict[str, Any]]:
    return [
        {
            "name": name, "label": books.labels.get(name, name), "observes": book.observes_holidays,
            "days": [(word, "、".join(_span(p.start, p.end) for p in book.periods[number]))
                     for number, (_code, word) in enumerate(WEEK)],
        }
        for name, book in books.profiles.items()
    ]  # fmt: skip


def _span(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


def _context(request: HttpRequest, books: Calendars) -> dict[str, Any]:
    profile = request.GET.get("profile", "office")
    book = books.of(profile)
    year = number_of(request.GET.get("year")) or local_day().year
    year = min(max(year, 2000), 2100)
    known = sorted(book.announced)
    last = max([*known, local_day().year])
    offered = sorted({*known[-4:], local_day().year, last, last + 1, year})
    return {
        "months": year_view(book, year), "year": year, "years": [(y, y in book.announced) for y in offered],
        "announced": year in book.announced, "observes": book.observes_holidays, "profile": profile,
        "profiles": _profiles(books), "missing": unannounced_years(), "weekdays": [str(word) for _code, word in WEEK],
        "working_days": sum(book.is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range(366 if months.isleap(year) else 365)),
        "versions": listed(RuleKind.CALENDAR),
    }  # fmt: skip


@for_staff(Action.MANAGE_RULES)
@require_GET
def year_page(request: HttpRequest) -> HttpResponse:
    """The year by the calendar in force."""
    name = published(RuleKind.CALENDAR)[1]
    context = {**_context(request, calendars()), "version_name": name, "shipped": name == SHIPPED}
    return show(request, "calendar", "calendar", context)


@for_staff(Action.MANAGE_RULES)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft as a copy of the calendar in force."""
    made = rule_sets.draft(RuleKind.CALENDAR, request.POST.get("note", ""))
    messages.success(request, _("已从现行日历起草第 {n} 版。").format(n=made.version))
    return redirect("manage_calendar_version", made.pk)


@for_staff(Action.MANAGE_RULES)
@require_GET
def draft_page(request: HttpRequest, version: int) -> HttpResponse:
    """One version of the calendar; a draft can be edited and published."""
    found = versions.rule_version(version, RuleKind.CALENDAR)
    books: Calendars = PARSERS[RuleKind.CALENDAR](found.content, str(found.view.number))
    changes = of_rules(published(RuleKind.CALENDAR)[0], found.content) if found.view.is_draft else []
    context = {
        **_context(request, books), "view": found.view, "editing": found.view.is_draft, "changes": changes,
        "change_count": len(changes), "state_word": words.word(words.STATES, found.view.state), "kind": RuleKind.CALENDAR.value,
    }  # fmt: skip
    return show(request, "calendar", "calendar", context)


class YearForm(forms.Form):
    """A year's arrangement as the State Council's office announces it."""

    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    year = forms.IntegerField(label=gettext_lazy("年份"), min_value=2000, max_value=2100)
    source = forms.CharField(
        label=gettext_lazy("依据文件"),
        max_length=200,
        help_text=gettext_lazy("国务院办公厅关于该年部分节假日安排的通知及文号。"),
    )
    holidays = forms.CharField(
        label=gettext_lazy("放假"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("每行一段：日期 名称，如“2027-01-01 元旦”或“2027-02-05 至 2027-02-12 春节”。"),
    )  # fmt: skip
    makeup = forms.CharField(
        label=gettext_lazy("调休上班"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("每行一天：日期 名称，如“2027-02-14 春节调休”。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Every line must be a day or a span of the year; no day stands in both lists."""
        data = super().clean() or {}
        for name in ("holidays", "makeup"):
            days, wrong = days_of(data.get(name) or "", data.get("year"))
            for text in wrong[:8]:
                self.add_error(name, text)
            data[f"{name}_days"] = days
        if both := sorted(set(data["holidays_days"]) & set(data["makeup_days"])):
            self.add_error("makeup", _("{day} 同时写在放假和调休上班里。").format(day=both[0]))
        return data

    def put_into(self, content: dict[str, Any]) -> None:
        """Add the year, or replace what was entered for it before."""
        data = self.cleaned_data
        made = {
            "year": data["year"], "version": f"{data['year']}-{local_day():%Y%m%d}", "source": data["source"],
            "holidays": data["holidays_days"], "makeup_days": data["makeup_days"],
        }  # fmt: skip
        others = [year for year in content.get("years", []) if year.get("year") != data["year"]]
        content["years"] = sorted([*others, made], key=lambda year: int(year["year"]))


def days_of(text: str, year: int | None) -> tuple[dict[str, str], list[str]]:
    """Day → name from the typed lines, and what is wrong with which line."""
    days: dict[str, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        try:
            first = _date(match.group(1)) if match else None
            last = _date(match.group(2)) if match and match.group(2) else first
        except ValueError:
            first = last = None
        if match is None or first is None or last is None:
            wrong.append(_("第 {n} 行看不懂，请写成“2027-01-01 元旦”。").format(n=number))
        elif year and (first.year != year or last.year != year):
            wrong.append(_("第 {n} 行的日期不在 {year} 年。").format(n=number, year=year))
        elif last < first or (last - first).days >= LONGEST_SPAN:
            wrong.append(_("第 {n} 行的起止日期不对。").format(n=number))
        else:
            for step in range((last - first).days + 1):
                days[(first + timedelta(days=step)).isoformat()] = match.group(3).strip()
    return days, wrong


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    return date(year, month, day)


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def add_year(request: HttpRequest, version: int) -> HttpResponse:
    """Add a year's arrangement to a draft."""
    found = draft_of(RuleKind.CALENDAR, version)
    wanted = number_of(request.GET.get("year")) or max([*calendars().of().announced, local_day().year]) + 1
    there = next((year for year in found.content.get("years", []) if year.get("year") == wanted), None)
    initial: dict[str, Any] = {"year": wanted, "stamp": stamp_of(found.content)}
    if there:
        initial |= {
            "source": there["source"],
            "holidays": _typed(there["holidays"]),
            "makeup": _typed(there["makeup_days"]),
        }
    form = YearForm(request.POST if request.method == "POST" else None, initial=initial)
    return _edited(request, found, form, form.put_into, _("添加年份"), _("该年安排已存入草稿，发布后生效。"))


def _typed(days: dict[str, str]) -> str:
    return "\n".join(f"{day} {name}" for day, name in sorted(days.items()))


class ProfileForm(forms.Form):
    """Working hours of one profile, day by day."""

    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    code = forms.RegexField(
        r"[a-z][a-z0-9_]{1,31}", label=gettext_lazy("代码"), help_text=gettext_lazy("小写字母开头，如 hospital。"),
        error_messages={"invalid": gettext_lazy("代码只能用小写字母、数字和下划线，2 到 32 个字符。")},
    )  # fmt: skip
    label = forms.CharField(label=gettext_lazy("名称"), max_length=32)
    observes_holidays = forms.BooleanField(label=gettext_lazy("节假日休息"), required=False, initial=True)

    def __init__(self, *args: Any, name: str, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name, self.taken = name, taken
        if name:
            del self.fields["code"]
        for day, word in WEEK:
            self.fields[day] = forms.CharField(label=word, required=False, max_length=120)
        self.fields["mon"].help_text = _("写成“08:30-12:00,14:00-17:30”，不上班就留空。")

    def clean(self) -> dict[str, Any]:
        """Every day must be readable, and one must have hours."""
        data = super().clean() or {}
        if data.get("code") in self.taken:
            self.add_error("code", _("代码“{code}”已被使用。").format(code=data["code"]))
        for day, _word in WEEK:
            try:
                parse_periods(data[day]) if data.get(day) else ()
            except ValueError:
                self.add_error(day, _("请写成“08:30-12:00,14:00-17:30”的样子，时间段不要重叠。"))
        if not any(data.get(day) for day, _word in WEEK) and not self.errors:
            self.add_error("mon", _("至少要有一天有工作时间。"))
        return data

    def put_into(self, content: dict[str, Any]) -> None:
        """Write the profile."""
        data = self.cleaned_data
        made: dict[str, Any] = {"label": data["label"], "observes_holidays": data["observes_holidays"]}
        made |= {day: data[day] for day, _word in WEEK if data[day]}
        content.setdefault("profiles", {})[self.name or data["code"]] = made


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, version: int, name: str = "") -> HttpResponse:
    """Change the hours of a profile in a draft, or add one."""
    found = draft_of(RuleKind.CALENDAR, version)
    profiles = found.content.get("profiles", {})
    initial = {"observes_holidays": True, **profiles.get(name, {}), "stamp": stamp_of(found.content)}
    form = ProfileForm(
        request.POST if request.method == "POST" else None, initial=initial, name=name, taken=set(profiles)
    )
    return _edited(request, found, form, form.put_into, _("工作时间"), _("工作时间已存入草稿，发布后生效。"))


def _edited(
    request: HttpRequest, found: versions.RuleVersion, form: forms.Form, work: Callable[[dict[str, Any]], None],
    title: str, done: str,
) -> HttpResponse:  # fmt: skip
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: change(RuleKind.CALENDAR, found.view.id, form.cleaned_data["stamp"], work))
        if status == 200:
            messages.success(request, done)
            return redirect("manage_calendar_version", found.view.id)
    return show(request, "calendar", "calendar_edit", {"form": form, "view": found.view, "title": title}, status)
