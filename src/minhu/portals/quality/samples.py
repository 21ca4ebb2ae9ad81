"""People's sampling: samples with their results over time, drawing one, judging its items, the items in a file."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries import samples
from minhu.knowledge.queries.judged import JUDGED_ANSWERED, JUDGED_REFUSED, Judged
from minhu.knowledge.services import sampling
from minhu.portals.charts import Chart, Series
from minhu.portals.manage.common import saved
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.quality.exports import export

keepers = for_staff(Action.EDIT_KNOWLEDGE)
FIRST_SIZE: Final = 30
_DAY = {"type": "date"}


class DrawForm(forms.Form):
    """What to draw."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    first_day = forms.DateField(label=gettext_lazy("从哪天的提问"), widget=forms.DateInput(_DAY, "%Y-%m-%d"))
    last_day = forms.DateField(label=gettext_lazy("到哪天"), widget=forms.DateInput(_DAY, "%Y-%m-%d"))
    size = forms.IntegerField(label=gettext_lazy("抽多少条"), min_value=1, max_value=sampling.MOST)
    seed = forms.IntegerField(
        label=gettext_lazy("随机种子"), min_value=0, max_value=2**32 - 1,
        help_text=gettext_lazy("同样的日期、条数和种子抽出同样的提问，别人可以核对。"),
    )  # fmt: skip

    def draw(self) -> sampling.Draw:
        """As the service takes it."""
        data = self.cleaned_data
        return sampling.Draw(data["name"], data["first_day"], data["last_day"], data["size"], data["seed"])


@keepers
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Samples with results over time; POST draws one."""
    today, status = local_day(), 200
    start = {
        "name": _("%(day)s 抽检") % {"day": f"{today:%Y-%m-%d}"}, "first_day": today - timedelta(days=7), "last_day": today,
        "size": FIRST_SIZE, "seed": secrets.randbelow(10**6),
    }  # fmt: skip
    form = DrawForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST":
        made: list[int] = []
        status = saved(form, lambda: made.append(sampling.draw(form.draw())))
        if status == 200:
            messages.success(request, _("已抽取，可以开始评判。"))
            return redirect("knowledge_sample", sample=made[0])
    rows = samples.listed()
    return render(request, "quality/samples.html", {"form": form, "rows": rows, "chart": _chart(rows)}, status=status)


def _chart(rows: list[samples.SampleRow]) -> Chart | None:
    """Shares over time, the oldest first; only where something was judged."""
    done = [row for row in reversed(rows) if row.right is not None]
    if not done:
        return None

    def percent(value: float | None) -> float | None:
        return None if value is None else round(100 * value, 1)

    estimates = [row.right for row in done if row.right is not None]
    cited = [row.citation[0] / row.citation[1] if row.citation[1] else None for row in done]
    return Chart(
        "samples", _("抽检结果"), "line", [f"{row.last_day:%Y-%m-%d}" for row in done],
        [
            Series(_("正确"), [percent(one.value) for one in estimates]), Series(_("正确（下限）"), [percent(one.low) for one in estimates]),
            Series(_("正确（上限）"), [percent(one.high) for one in estimates]), Series(_("出处正确"), [percent(one) for one in cited]),
        ],
        "%", _("样本（到哪天）"), _("人工抽检，按层加权，95% 区间"), now(), places=1,
    )  # fmt: skip


@keepers
@require_GET
def one(request: HttpRequest, sample: int) -> HttpResponse:
    """One sample: how far, what was found, where judges disagreed."""
    row = samples.one(sample)
    items = samples.items(sample)
    context = {
        "row": row, "items": items, "next": sampling.next_item(sample), "verdicts": [(one, n) for one, n in row.verdicts.items() if n],
        "strata": row.strata,
    }  # fmt: skip
    return render(request, "quality/sample.html", context)


@keepers
@require_GET
def start(request: HttpRequest, sample: int) -> HttpResponse:
    """To the next item that this person may judge, or back where none is left."""
    found = sampling.next_item(sample)
    if found is None:
        messages.success(request, _("您能评的都评完了。"))
        return redirect("knowledge_sample", sample=sample)
    return redirect("knowledge_judge", item=found)


@keepers
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, item: int) -> HttpResponse:
    """One item; POST keeps the verdict and goes to the next."""
    row = samples.item(item)
    problem, status = "", 200
    if request.method == "POST":
        given = request.POST
        try:
            verdict = Judged(given["verdict"]) if given.get("verdict") in {one.value for one in Judged} else None
            citation = {"yes": True, "no": False}.get(given.get("citation", ""))
            if verdict is None:
                problem, status = _("请选择一个结论。"), 422
            else:
                sampling.judge(item, verdict, citation, given.get("note", ""))
                return redirect("knowledge_sample_next", sample=row.sample_id)
        except MinhuError as error:
            problem, status = "".join((error.fields or {}).values()) or error.message, error.status
    context = {
        "row": row,
        "choices": JUDGED_ANSWERED if row.answered else JUDGED_REFUSED,
        "problem": problem,
        "sample": samples.one(row.sample_id),
    }
    return render(request, "quality/judge.html", context, status=status)


@keepers
@require_POST
def download(request: HttpRequest, sample: int) -> HttpResponse:
    """The items that one may see, with what was said, as an XLSX file, for a reason."""
    header = (
        _("序号"),
        _("分层"),
        _("提问"),
        _("答复"),
        _("出处"),
        _("结论"),
        _("出处正确"),
        _("评判人一"),
        _("评判人二"),
        _("第三人"),
    )
    rows = []
    for one in samples.items(sample):
        said = [f"{said.judge}：{said.verdict.label}{' ' + said.note if said.note else ''}" for said in one.said]
        asking = one.asking
        rows.append((
            one.number, one.stratum, asking.question if asking else "", asking.answer if asking else "", asking.cited if asking else "",
            one.final.label if one.final else "", "" if one.citation is None else (_("是") if one.citation else _("否")),
            *([*said, "", "", ""])[:3],
        ))  # fmt: skip
    try:
        return export(
            actor_of(request), request.POST.get("reason", ""), "knowledge.sample_exported", _("答复抽检"), header, rows
        )
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("knowledge_sample", sample=sample)
