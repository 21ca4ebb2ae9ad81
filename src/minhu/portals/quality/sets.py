"""Evaluation sets: made, filled by hand, from accepted pairs, samples and files; run, compared; taken away as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import units
from minhu.directory.types import UnitKind
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.queries import samples, sets
from minhu.knowledge.queries.readers import PUBLIC, STAFF, may_ask_as
from minhu.knowledge.services import running
from minhu.knowledge.services import sets as making
from minhu.portals.charts import Chart, Series
from minhu.portals.formats import local
from minhu.portals.manage.common import Counted, chosen_page, number_of, page_number, saved
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.quality.exports import enter, export

keepers = for_staff(Action.EDIT_KNOWLEDGE)
PAGE: Final = 20
_KINDS: Final = (
    UnitKind.HOTLINE_CENTRE, UnitKind.BUREAU, UnitKind.ENTERPRISE, UnitKind.EMERGENCY, UnitKind.BRANCH, UnitKind.STREET,
    UnitKind.COMMUNITY,
)  # fmt: skip
"""Units as whom a set may ask, in the order of the list: who has most papers stands first, grids have none."""


def _readers() -> list[tuple[str, str]]:
    found = sorted((one for one in units.active_units() if one.kind in _KINDS), key=lambda one: _KINDS.index(one.kind))
    own = [(f"unit:{unit.id}", unit.name) for unit in found]
    return [(PUBLIC, _("群众（公开文件）")), (STAFF, _("全体工作人员")), *own]


def reader_choices() -> list[tuple[str, str]]:
    """As whom the current actor's sets may ask: everybody, all staff, units that read no more than he does."""
    return [one for one in _readers() if may_ask_as(one[0])]


def reader_word(code: str) -> str:
    """A reader in words."""
    return dict(_readers()).get(code, code)


class SetForm(forms.Form):
    """A new set."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    reader = forms.ChoiceField(
        label=gettext_lazy("以谁的权限提问"), help_text=gettext_lazy("测评只用这类人看得到的文件作答。")
    )
    gating = forms.BooleanField(
        label=gettext_lazy("发布新版本前先试答"), required=False, initial=True,
        help_text=gettext_lazy("发布一份文件的新版本前，先问本集里由它回答的题，列出会丢失的。"),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reader"].choices = reader_choices()  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    """One question by hand."""

    question = forms.CharField(label=gettext_lazy("问题"), max_length=500)
    document = forms.IntegerField(
        label=gettext_lazy("文件编号"), required=False, min_value=1,
        help_text=gettext_lazy("文件页地址里的数字；不该有答案的题留空。"),
    )  # fmt: skip
    clause = forms.CharField(
        label=gettext_lazy("条款"), required=False, max_length=120, help_text=gettext_lazy("例如：第二条第（一）项")
    )
    answer = forms.CharField(
        label=gettext_lazy("标准答案"),
        required=False,
        max_length=making.LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 2}),
    )
    kind = forms.CharField(label=gettext_lazy("类型"), required=False, max_length=40)

    def asked(self) -> making.Asked:
        """As the service takes it."""
        data = self.cleaned_data
        return making.Asked(data["question"], data["document"], data["clause"], data["answer"], data["kind"])


@keepers
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The sets; POST makes one."""
    form, status = SetForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        made: list[int] = []
        status = saved(
            form,
            lambda: made.append(making.make(*(form.cleaned_data[key] for key in ("name", "reader", "gating")))),
        )
        if status == 200:
            messages.success(request, _("已建立，请加题。"))
            return redirect("knowledge_set", pk=made[0])
    rows = [(row, reader_word(row.reader)) for row in sets.listed()]
    return render(request, "quality/sets.html", {"form": form, "rows": rows}, status=status)


@keepers
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A set with its questions and runs; POST adds a question."""
    row = sets.one(pk)
    form, status = QuestionForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = saved(form, lambda: making.add(pk, form.asked()))
        if status == 200:
            messages.success(request, _("已加入。"))
            return redirect("knowledge_set", pk=pk)
    return render(request, "quality/set.html", _set_context(request, row, form), status=status)


def _set_context(request: HttpRequest, row: sets.SetRow, form: QuestionForm) -> dict[str, object]:
    start = (page_number(request) - 1) * PAGE
    questions, total = sets.questions(row.id, start, PAGE)
    runs = sets.runs(row.id)
    shown = [(run, reader_word(run.reader)) for run in runs]
    return {
        "row": row, "form": form, "page": chosen_page(request, Counted(questions, total, start), PAGE), "total": total, "runs": shown,
        "running": next((run for run in runs if run.open), None), "readers": reader_choices(), "chart": _chart(runs),
        "samples": [one for one in samples.listed() if one.settled], "reader": reader_word(row.reader),
    }  # fmt: skip


def _chart(runs: list[sets.RunRow]) -> Chart | None:
    done = [run for run in reversed(runs) if run.figures.get("questions")]
    if len(done) < 2:
        return None
    names = (
        ("right_share", _("正确")),
        ("recall_at_1", _("首位找到文件")),
        ("citation_of_asked_paper", _("出处正确")),
        ("refusal_recall", _("该拒答的拒答")),
    )

    def percent(value: object) -> float | None:
        return round(100 * value, 1) if isinstance(value, int | float) else None

    return Chart(
        "runs", _("历次结果"), "line", [f"{local(run.started_at):%m-%d %H:%M}" for run in done],
        [Series(word, [percent(run.figures.get(key)) for run in done]) for key, word in names], "%", _("运行"), _("测评集"), now(), places=1,
    )  # fmt: skip


@keepers
@require_POST
def fill(request: HttpRequest, pk: int, source: str) -> HttpResponse:
    """Fill a set from accepted pairs, a sample or a file, change it, or run it."""
    given = request.POST
    works: dict[str, Callable[[], str]] = {
        "pairs": lambda: _("加入 %(n)d 题。") % {"n": making.add_pairs(pk, number_of(given.get("document")))},
        "sample": lambda: _("加入 %(n)d 题。") % {"n": making.add_sample(pk, number_of(given.get("sample")) or 0)},
        "change": lambda: _changed(pk, given.get("reader", ""), "gating" in given),
        "run": lambda: _started(pk),
    }
    try:
        if source == "file":
            return _from_file(request, pk)
        messages.success(request, works[source]())
    except MinhuError as error:
        messages.error(request, "".join((error.fields or {}).values()) or error.message)
    return redirect("knowledge_set", pk=pk)


def _changed(pk: int, reader: str, gating: bool) -> str:
    making.change(pk, reader, gating)
    return _("已保存。")


def _started(pk: int) -> str:
    running.start(pk)
    return _("已开始运行，完成后在这里看结果。")


def _from_file(request: HttpRequest, pk: int) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(_("请先选择文件。"))
    outcomes = making.take(pk, file.read(), file.name or "")
    taken = sum(not one.problem for one in outcomes)
    context = {"row": sets.one(pk), "outcomes": outcomes, "taken": taken, "refused": len(outcomes) - taken}
    return render(request, "quality/taken.html", context)


@keepers
@require_POST
def remove(request: HttpRequest, question: int) -> HttpResponse:
    """Take one question out."""
    pk = making.remove(question)
    messages.success(request, _("已移出。"))
    return redirect("knowledge_set", pk=pk)


@keepers
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, compared with the one that the address names, else the one before; for htmx its bar alone."""
    row = sets.run(pk)
    if request.headers.get("HX-Request"):
        return render(request, "quality/run_bar.html", {"row": row})
    others = [one for one in sets.runs(row.set_id) if one.id < pk and not one.open] if row.set_id else []
    against = next(
        (one for one in others if one.id == number_of(request.GET.get("against"))), others[0] if others else None
    )
    results = sets.results(pk, against.id if against else None)
    context = {
        "row": row, "others": others, "against": against, "results": results, "reader": reader_word(row.reader),
        "lost": sum(one.lost for one in results), "gained": sum(one.gained for one in results),
        "set": sets.one(row.set_id) if row.set_id else None,
    }  # fmt: skip
    return render(request, "quality/run.html", context)


@keepers
@require_POST
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions as XLSX, or with the live papers that one may read as JSON lines for `minhu evaluate answers --set`."""
    row, reason, actor = sets.one(pk), request.POST.get("reason", ""), actor_of(request)
    questions, _total = sets.questions(pk, 0, making.MOST)
    try:
        if request.POST.get("form") != "set":
            lines = [
                (one.question, one.document_id or "", one.title, one.clause, one.answer, one.kind) for one in questions
            ]
            return export(actor, reason, "knowledge.set_exported", row.name, making.HEADER, lines)
        papers = sets.papers()
        enter(actor, reason, "knowledge.set_exported", len(questions) + len(papers))
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("knowledge_set", pk=pk)
    asked = [
        {"question": one.question, "docid": str(one.document_id or ""), "answer": one.answer, "clause": one.clause, "kind": one.kind}
        for one in questions
    ]  # fmt: skip
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (*papers, *asked))
    response = HttpResponse(body, content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="set-{pk}.jsonl"'
    response["Cache-Control"] = "no-store"
    return response
