"""The rehearsal of a surge: the same crowd in normal and in emergency mode, side by side. Touches no data."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.intake.queries.rehearsals import Result, Setup, played
from minhu.portals.orders.guards import for_staff

MOST: Final = 20_000
"""Callers of one rehearsal on the page; more on the command line."""
USUAL: Final = Setup()


class SetupForm(forms.Form):
    """What is rehearsed."""

    people = forms.IntegerField(label=gettext_lazy("平时在岗人数"), min_value=1, max_value=2000, initial=USUAL.people)
    usual = forms.FloatField(
        label=gettext_lazy("平时每分钟进线"), min_value=0.1, max_value=200, initial=f"{USUAL.usual:g}"
    )
    times = forms.FloatField(label=gettext_lazy("激增到几倍"), min_value=1, max_value=30, initial=f"{USUAL.times:g}")
    minutes = forms.FloatField(
        label=gettext_lazy("持续几分钟"), min_value=1, max_value=120, initial=f"{USUAL.minutes:g}"
    )
    gone = forms.IntegerField(label=gettext_lazy("少了多少人（%）"), min_value=0, max_value=100, initial=50)

    def clean(self) -> dict[str, object]:
        """A crowd that is played within a second or two."""
        data = super().clean() or {}
        if not self.errors and data["usual"] * data["times"] * data["minutes"] > MOST:
            self.add_error(
                "times", _("页面上一次最多演练 %(most)d 个来电，更多的请用命令 minhu rehearse。") % {"most": MOST}
            )
        return data


@for_staff(Action.WATCH_TALKS)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The form, and what became of everybody where it was filled in."""
    asked = "people" in request.GET
    form = SetupForm(request.GET if asked else None)
    context: dict[str, object] = {"form": form, "setup": USUAL}
    if asked and form.is_valid():
        data = form.cleaned_data
        setup = replace(USUAL, **{**data, "gone": data["gone"] / 100})
        normal, emergency = played(setup)
        context |= {
            "rows": rows(normal, emergency),
            "proposed": normal.proposed_after,
            "lost": normal.lost + emergency.lost,
        }
    return render(request, "floor/rehearsal.html", context)


def rows(normal: Result, emergency: Result) -> list[tuple[str, str, float | None, float | None]]:
    """The table: word, kind of value ('n' or 's' for seconds), normal, emergency."""
    names = (
        (_("进线"), "n", "arrivals"), (_("智能助手办完"), "n", "self_served"), (_("人工接起"), "n", "answered"),
        (_("按时接起"), "n", "in_time"), (_("平均等待"), "s", "mean_wait"), (_("最长等待"), "s", "longest_wait"),
        (_("等不及挂断（进入回电队列）"), "n", "gave_up"), (_("选择稍后回电"), "n", "chose_call_back"),
        (_("已回电接通"), "n", "called_back"), (_("一天后仍未接通"), "n", "still_open"),
        (_("全部处理完用时"), "s", "worked_off"), (_("丢失"), "n", "lost"),
    )  # fmt: skip
    return [(word, kind, getattr(normal, name), getattr(emergency, name)) for word, kind, name in names]
