"""Figures of answering by week, door and category: charts with their tables, and one file of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries import categories
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries.quality_figures import WEEKS, Count, Figures, Wanted, figures
from minhu.knowledge.types import Door
from minhu.portals.charts import Chart, Series
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.quality.exports import export

counters = for_staff(Action.EDIT_KNOWLEDGE, Action.VIEW_FIGURES)
DOORS: Final = tuple(one for one in Door if one is not Door.SEARCH)


class WantedForm(forms.Form):
    """The filters of the page; the address is the state."""

    weeks = forms.ChoiceField(label=gettext_lazy("时间"), required=False)
    door = forms.ChoiceField(label=gettext_lazy("渠道"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("分类"), required=False)

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        every = ("", _("全部"))
        self.fields["weeks"].choices = [(n, _("最近 %(n)d 周") % {"n": n}) for n in WEEKS]  # type: ignore[attr-defined]
        self.fields["door"].choices = [every, *((one.value, one.label) for one in DOORS)]  # type: ignore[attr-defined]
        first = [(one.code, one.name) for one in categories.current().children()]
        self.fields["category"].choices = [every, *first]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What to count; a filter that is wrong is left out."""
        self.is_valid()
        data = self.cleaned_data
        return Wanted(int(data.get("weeks") or 12), data.get("door", ""), data.get("category", ""))


@counters
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    form = WantedForm(request.GET or {"weeks": 12})
    found = figures(form.wanted())
    total, last = _total(found), found.weeks[-1][1]
    context = {
        "form": form,
        "found": found,
        "total": total,
        "last": last,
        "charts": _charts(found),
        "query": request.GET.urlencode(),
        "keeps": may_ever(actor_of(request), Action.EDIT_KNOWLEDGE),
    }
    return render(request, "quality/figures.html", context)


def _total(found: Figures) -> Count:
    total = Count()
    for _day, one in found.weeks:
        total = total.plus(one)
    return total


def _charts(found: Figures) -> list[Chart]:
    weeks = [f"{day:%m-%d}" for day, _one in found.weeks]
    counts = [one for _day, one in found.weeks]
    moment = now()
    source = _("提问记录") if found.whole else _("提问记录（您维护的文件）")

    def by_week(key: str, title: str, kind: str, unit: str, series: Sequence[Series], places: int = 0) -> Chart:
        return Chart(key, title, kind, weeks, series, unit, _("周（周一）"), source, moment, places=places)  # type: ignore[arg-type]

    return [
        by_week("asked", _("提问"), "stack", _("次"), [
            Series(_("已答复"), [one.answered for one in counts]), Series(_("未找到依据"), [one.refused for one in counts]),
        ]),
        by_week("helped", _("评价有帮助、转人工"), "line", "%", [
            Series(_("有帮助（占已评价）"), [_percent(one.helpful_share) for one in counts]),
            Series(_("转人工（占提问）"), [_percent(one.handed_share) for one in counts]),
        ], 1),
        by_week("times", _("答复用时"), "line", _("毫秒"), [
            Series(_("一半以内"), [round(one.median) if one.asked else None for one in counts]),
            Series(_("95% 以内"), [round(one.slow) if one.asked else None for one in counts]),
        ]),
        _split("doors", _("各渠道"), _("渠道"), [(door.label, one) for door, one in found.doors], source),
        Chart(
            "categories", _("各分类（已答复）"), "hbar", [name for name, one in found.categories if name][:15],
            [Series(_("已答复"), [one.answered for name, one in found.categories if name][:15])], _("次"), _("分类"), source, moment,
        ),
    ]  # fmt: skip


def _split(key: str, title: str, name: str, rows: Sequence[tuple[str, Count]], source: str) -> Chart:
    return Chart(
        key, title, "stack", [label for label, _one in rows],
        [Series(_("已答复"), [one.answered for _label, one in rows]), Series(_("未找到依据"), [one.refused for _label, one in rows])],
        _("次"), name, source, now(),
    )  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def lines(found: Figures) -> list[tuple[object, ...]]:
    """Every count as a row of the file: split by what, which one, the counts."""
    split = [(_("周"), f"{day:%Y-%m-%d}", one) for day, one in found.weeks]
    split += [(_("渠道"), door.label, one) for door, one in found.doors]
    split += [(_("分类"), name or _("没有引用文件"), one) for name, one in found.categories]
    return [
        (what, which, one.asked, one.answered, one.refused, one.rated, one.helpful, one.handed, round(one.median), round(one.slow))
        for what, which, one in split
    ]  # fmt: skip


@counters
@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """The same counts as one XLSX file, for a reason."""
    form = WantedForm(request.GET or {"weeks": 12})
    header = (
        _("按"), _("项目"), _("提问"), _("已答复"), _("未找到依据"), _("已评价"), _("有帮助"), _("转人工"), _("用时中位数（毫秒）"),
        _("用时 95%（毫秒）"),
    )  # fmt: skip
    try:
        rows = lines(figures(form.wanted()))
        return export(
            actor_of(request), request.POST.get("reason", ""), "knowledge.figures_exported", _("问答统计"), header, rows
        )
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"/knowledge/figures/?{request.GET.urlencode()}")
