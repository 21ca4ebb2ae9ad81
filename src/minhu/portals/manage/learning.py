"""学习与标注: people say what uncertain cases are about; models made of that are compared, promoted and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import categories
from minhu.intake.queries import learning as queries
from minhu.intake.services import labelling
from minhu.intake.services import learning as services
from minhu.intake.types import ModelState, QueueReason
from minhu.kernel.errors import Invalid, MinhuError
from minhu.portals.manage.common import act, may, number_of, show
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import CategoryField

HOME: Final = "/manage/learning/"
READERS: Final = (Action.MANAGE_RULES, Action.DECIDE_INTAKE)
REASONS: Final = {
    QueueReason.UNCERTAIN: gettext_lazy("把握不足"), QueueReason.DISPUTED: gettext_lazy("人员更正过"),
    QueueReason.RETURNED: gettext_lazy("被退单"), QueueReason.NEW_TYPE: gettext_lazy("可能是新类型"),
}  # fmt: skip
STATES: Final = {
    ModelState.TRAINING: (gettext_lazy("训练中"), "sign-yellow", "hourglass"),
    ModelState.FAILED: (gettext_lazy("未完成"), "", "ban"),
    ModelState.CANDIDATE: (gettext_lazy("待启用"), "sign-yellow", "clock"),
    ModelState.SERVING: (gettext_lazy("使用中"), "sign-green", "circle-check"),
    ModelState.RETIRED: (gettext_lazy("已换下"), "", "archive"),
    ModelState.REFUSED: (gettext_lazy("不采用"), "", "ban"),
}
FIGURES: Final = {
    "accuracy": gettext_lazy("准确率"), "macro_f1": gettext_lazy("宏平均 F1"), "coverage_at_95": gettext_lazy("准确率 95% 时的覆盖率"),
    "ece": gettext_lazy("校准误差"),
}  # fmt: skip
SOURCES: Final = {
    "label": gettext_lazy("人员标注"), "accepted": gettext_lazy("采纳的建议"), "changed": gettext_lazy("更正的建议"),
    "catalogue": gettext_lazy("分类目录的名称、关键词和说明"),
}  # fmt: skip
DRIFTS: Final = {
    "unsure": gettext_lazy("把握不足的建议占比"), "stability": gettext_lazy("类别分布变化（PSI）"),
    "accepted": gettext_lazy("建议采纳率"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list of figures; `alarm`: beyond its limit."""

    label: str
    before: str
    now: str
    alarm: bool = False


class OtherForm(forms.Form):
    """A leaf that is not among the proposals."""

    category = CategoryField(label=gettext_lazy("其他分类"))


@for_staff(*READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The queue, the models, the drift."""
    rows = [(one, *STATES[one.state]) for one in queries.learned_models()]
    queue, drift = queries.queue(), queries.latest_drift()
    context = {
        "queue": queue,
        "reasons": [(REASONS[QueueReason(key)], count) for key, count in sorted(queue.by_reason.items())],
        "agreement": "—" if queue.agreement is None else f"{queue.agreement:.2f}",
        "models": rows,
        "serving": next((one for one, *_rest in rows if one.state is ModelState.SERVING), None),
        "training": any(one.state is ModelState.TRAINING for one, *_rest in rows),
        "drift": drift,
        "drift_lines": _drift_lines(drift) if drift else [],
        "may_label": may(request, Action.DECIDE_INTAKE),
    }
    return show(request, "learning", "learning", context)


@for_staff(Action.DECIDE_INTAKE)
@require_http_methods(["GET", "POST"])
def label(request: HttpRequest) -> HttpResponse:
    """The next case, and what was said of the last one."""
    if request.method == "POST":
        return _labelled(request)
    case = queries.next_case()
    context = {
        "case": case,
        "reason": REASONS[case.reason] if case else "",
        "form": OtherForm(),
        "queue": queries.queue(),
    }
    return show(request, "learning", "label", context)


def _labelled(request: HttpRequest) -> HttpResponse:
    key = number_of(request.POST.get("request"))
    try:
        if key is None:
            raise Invalid(_("没有说明是哪一件，请重新打开页面。"))
        labelling.label(key, _chosen(request))
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("manage_label")


def _chosen(request: HttpRequest) -> str:
    if "skip" in request.POST:
        return ""
    code = request.POST.get("code", "")
    if code:
        return code[:64]
    form = OtherForm(request.POST)
    info = categories.category_info(form.cleaned_data["category"]) if form.is_valid() else None
    if info is None:
        raise Invalid(_("请选择一个分类，或者跳过这一件。"))
    return info.code


@for_staff(Action.DECIDE_INTAKE)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last label back."""
    try:
        found = labelling.undo()
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤销上一件的标注。") if found else _("没有可以撤销的标注。"))
    return redirect("manage_label")


@for_staff(Action.MANAGE_RULES)
@require_POST
def train(request: HttpRequest) -> HttpResponse:
    """Have a model trained."""
    return act(request, services.ask_training, _("训练已开始，完成后在下面出现比较结果。"), HOME)


@for_staff(Action.MANAGE_RULES)
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Put the predecessor back."""
    return act(request, services.roll_back, _("已回退到上一个模型，几秒内全部生效。"), HOME)


@for_staff(*READERS)
@require_http_methods(["GET", "POST"])
def model(request: HttpRequest, model: int) -> HttpResponse:
    """A model's card and its comparison; the second person promotes it or lays it aside."""
    one = queries.learned_model(model)
    if one is None:
        raise Http404
    if request.method == "POST":
        page = f"{HOME}models/{model}/"
        if request.POST.get("answer") == "promote":
            return act(request, lambda: services.promote(model), _("已启用，几秒内全部生效。"), page)
        return act(request, lambda: services.refuse(model), _("已搁置这个模型。"), page)
    found = one.comparison
    numbers = (
        queries.numbers_of([row[0] for row in found.get("changed", [])]) if may(request, Action.DECIDE_INTAKE) else {}
    )
    context: dict[str, Any] = {
        "model": one, "state": STATES[one.state], "candidate": one.state is ModelState.CANDIDATE,
        "figures": [
            Line(str(label), f"{found['old'][key]:.1%}", f"{found['new'][key]:.1%}") for key, label in FIGURES.items()
        ] if found else [],
        "interval": f"{found['gain']:+.1%}（{found['low']:+.1%} – {found['high']:+.1%}）" if found else "",
        "changes": [(_name(row["label"]), row) for row in found.get("changes", []) if row["old"] != row["new"]],
        "sources": [(SOURCES[name], count) for name, _space, count in (told.partition(" ") for told in one.card.get("sources", []))],
        "numbered": bool(numbers),
        "changed": [(numbers.get(row[0], ""), *map(_name, row[1:])) for row in found.get("changed", [])],
    }  # fmt: skip
    return show(request, "learning", "model", context)


def _name(code: str) -> str:
    info = categories.category_by_code(code)
    return info.full_name if info is not None else code


def _drift_lines(drift: queries.DriftView) -> list[Line]:
    found = drift.figures
    lines = []
    for name, label in DRIFTS.items():
        if name in found:
            before, shown = found.get(f"{name}_before"), found[name]
            told = [
                f"{value:.2f}" if name == "stability" else f"{value:.1%}"
                for value in (shown, before)
                if value is not None
            ]
            lines.append(Line(str(label), told[1] if before is not None else "—", told[0], name in drift.alarms))
    return lines
