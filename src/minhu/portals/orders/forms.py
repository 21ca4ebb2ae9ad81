"""One form for each step of an order, built from what the step needs (`AllowedStep`) and what it may carry besides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.directory.queries import rules
from minhu.directory.queries.units import unit_info
from minhu.directory.types import RequestType, UnitKind, Urgency
from minhu.handling.types import (
    AllowedStep,
    OrderView,
    Step,
    StepData,
    SupervisionLevel,
    is_awaited,
)
from minhu.kernel.actors import Actor
from minhu.portals.orders import words
from minhu.portals.orders.pickers import AreaField, CategoryField, UnitField, UnitsField
from minhu.portals.words import words_of

S = Step
ELEMENTS: Final = ("category_id", "area_code", "request_type", "urgency")
RECEIPT: Final = ("taken_by", "their_number", "taken_at")
EXTRA: Final[dict[Step, tuple[str, ...]]] = {
    S.ACCEPT: (*ELEMENTS, "text"),
    S.CORRECT: ELEMENTS,
    S.HAND_OVER: ("text",),
    S.DISPATCH: ("assist_unit_ids", "difficulty", "text"),
    S.ADD_ASSIST: ("text",),
    S.SIGN: (),
    S.CONTACT: ("contact_result",),
    S.PASS_TO_GRID: ("text",),
    S.ASK_RETURN: ("files",),
    S.APPROVE_RETURN: ("unit_id", "text"),
    S.ASK_EXTENSION: ("amount", "files"),
    S.APPROVE_EXTENSION: ("amount", "text"),
    S.SUSPEND: ("files",),
    S.APPROVE_SUSPENSION: ("text",),
    S.RESUME: ("text",),
    S.ASSIST_REPLY: ("measures", "solved", "not_solved_reason", "files"),
    S.REPLY: (
        "measures",
        "solved",
        "not_solved_reason",
        "legal_basis",
        "contact_result",
        "text",
        "files",
        "show_files",
    ),
    S.APPROVE_REPLY: ("reply", "text"),
    S.CLOSE: ("text",),
    S.RECEIPT: RECEIPT,
    S.TRANSFER_TAKEN: (*RECEIPT, "text"),
    S.TRANSFER_DONE: ("solved", "text"),
    S.REOPEN: ("reason_code",),
    S.SUPERVISE: ("level", "unit_id"),
    S.ANSWER_SUPERVISION: ("supervision_id", "files"),
    S.WHISTLE: ("meet_at", "place"),
    S.ANSWER_WHISTLE: ("files",),
    S.CONFIRM_ATTENDANCE: ("confirmed", "text"),
    S.ASK_EXCLUSION: ("files",),
    S.ARCHIVE: ("text",),
    S.NOTE: ("files",),
}
"""What a step may carry beside what it needs; those fields stay optional."""
NEEDED: Final = {
    "reason": "reason_code", "text": "text", "unit": "unit_id", "reply": "reply", "target": "target_number",
    "assist": "assist_unit_ids", "called": "called_unit_ids",
}  # fmt: skip
ORDER: Final = (
    "as_unit_id", "unit_id", "assist_unit_ids", "called_unit_ids", "target_number", *ELEMENTS, "supervision_id", "level",
    "confirmed", "reason_code", "amount", "meet_at", "place", "contact_result", "reply", "measures", "solved",
    "not_solved_reason", "legal_basis", "difficulty", *RECEIPT, "text", "files", "show_files",
)  # fmt: skip
DIRECT: Final = frozenset({S.SIGN, S.RESUME, S.APPROVE_SUSPENSION, S.ACKNOWLEDGE_WHISTLE})
"""Steps that need nothing: one press of the button."""


def is_direct(step: AllowedStep) -> bool:
    """Whether the button itself takes the step, without a form."""
    return step.step in DIRECT and not step.needs and len(step.for_unit_ids) < 2


@dataclass(frozen=True, slots=True)
class Stage:
    """What the fields are built for."""

    view: OrderView
    allowed: AllowedStep
    actor: Actor
    required: bool


def _reason(stage: Stage) -> forms.Field:
    found = rules.reasons().of(stage.allowed.reasons)
    choices = [("", _("请选择")), *((reason.code, reason.label) for reason in found)]
    return forms.ChoiceField(label=_("原因"), choices=choices, required=stage.required)


TEXT_LABELS: Final[dict[Step, str]] = {
    S.ASK_CONTENT: gettext_noop("请群众补充什么"),
    S.REFUSE: gettext_noop("给群众的说明"),
    S.ASK_RETURN: gettext_noop("退单理由和职责依据"),
    S.ASK_EXTENSION: gettext_noop("延期理由"),
    S.CONTACT: gettext_noop("联系情况"),
    S.SUPERVISE: gettext_noop("督办要求"),
    S.ANSWER_SUPERVISION: gettext_noop("回执内容"),
    S.WHISTLE: gettext_noop("召集事由"),
    S.ANSWER_WHISTLE: gettext_noop("到场处置情况"),
    S.REJECT_REPLY: gettext_noop("哪里需要重答"),
    S.DISPATCH: gettext_noop("给承办单位的话"),
    S.TRANSFER: gettext_noop("转办说明（对方热线会看到）"),
    S.RECEIPT: gettext_noop("接收和处置情况"),
    S.TRANSFER_NEWS: gettext_noop("进展（群众会看到）"),
    S.TRANSFER_REFUSED: gettext_noop("对方退回的理由"),
    S.NOTE: gettext_noop("备注内容（群众看不到）"),
}
TEXT_HINTS: Final[dict[Step, str]] = {
    S.ASK_CONTENT: gettext_noop("群众会原样看到这段话。"),
    S.REFUSE: gettext_noop("群众会原样看到这段话，请写明依据和可以去的途径。"),
}


WITHOUT_REPLY: Final = (
    gettext_noop("不再等待协办答复的理由"),
    gettext_noop("%(units)s尚未答复。请等待协办单位答复，或写明不再等待的理由。"),
)
"""What the words of a lead's reply are for while helpers have not replied, and the hint below."""


def _text(stage: Stage) -> forms.Field:
    step = stage.allowed.step
    label, hint = _(TEXT_LABELS.get(step, gettext_noop("说明"))), _(TEXT_HINTS[step]) if step in TEXT_HINTS else ""
    if step is S.REPLY and stage.required:
        awaited = [a.unit_name for a in stage.view.assignments if a.open and is_awaited(a.role, a.state)]
        label, hint = (_(text) % {"units": "、".join(awaited)} for text in WITHOUT_REPLY)
    area = forms.Textarea(attrs={"rows": 3, "data-count": "2000"})
    missing = {"required": _("请填写%(what)s。") % {"what": label}}
    return forms.CharField(
        label=label, help_text=hint, widget=area, max_length=2000, required=stage.required,
        error_messages=missing,
    )  # fmt: skip


UNIT_LABELS: Final[dict[Step, str]] = {
    S.DISPATCH: gettext_noop("主办单位"),
    S.ASK_RETURN: gettext_noop("应由哪个单位办理"),
    S.APPROVE_RETURN: gettext_noop("改派单位"),
    S.PASS_TO_GRID: gettext_noop("网格或社区"),
    S.SUPERVISE: gettext_noop("督办哪个单位"),
    S.CONFIRM_ATTENDANCE: gettext_noop("报到单位"),
    S.TRANSFER: gettext_noop("转给哪个热线"),
}


def _unit(stage: Stage) -> forms.Field:
    step, view = stage.allowed.step, stage.view
    label = _(UNIT_LABELS.get(step, gettext_noop("单位")))
    if step in (S.SUPERVISE, S.CONFIRM_ATTENDANCE):
        ids = view.unit_ids if step is S.SUPERVISE else _called(view)
        return _chosen(label, [(i, _unit_word(i)) for i in ids], required=stage.required)
    kinds = {S.PASS_TO_GRID: (UnitKind.GRID, UnitKind.COMMUNITY), S.TRANSFER: (UnitKind.HOTLINE_CENTRE,)}.get(step, ())
    missing = {"required": _("请选择%(what)s。") % {"what": label}}
    return UnitField(label=label, kinds=kinds, required=stage.required, error_messages=missing)


def _called(view: OrderView) -> list[int]:
    return [a.unit_id for w in view.whistles if w.ended_at is None for a in w.attendances if a.confirmed is None]


def _unit_word(unit_id: int) -> str:
    unit = unit_info(unit_id)
    return unit.name if unit else str(unit_id)


def _chosen(label: str, pairs: list[tuple[int, str]], *, required: bool) -> forms.Field:
    choices = [("", _("请选择")), *((str(key), word) for key, word in pairs)]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=required)


def _amount(stage: Stage) -> forms.Field:
    longest = rules.deadline_rules().extension.longest
    most = longest.amount
    if stage.allowed.step is S.APPROVE_EXTENSION:
        asked = [r.amount for r in stage.view.reviews if r.kind == "extension" and r.decision == "waiting" and r.amount]
        most = asked[-1] if asked else most
    unit = words.DURATIONS[longest.unit]
    label = _("延长多少%(unit)s") % {"unit": unit}
    hint = _("最多 %(most)d %(unit)s。") % {"most": most, "unit": unit}
    return forms.IntegerField(label=label, help_text=hint, min_value=1, max_value=most, initial=most, required=True)


def _solved(_stage: Stage) -> forms.Field:
    pairs = [("", _("请选择")), ("yes", _("已解决")), ("no", _("未解决"))]
    return forms.TypedChoiceField(
        label=_("是否解决"), choices=pairs, coerce=lambda v: v == "yes", empty_value=None, required=True,
        error_messages={"required": _("请选择是否解决。")},
    )  # fmt: skip


def _not_solved(_stage: Stage) -> forms.Field:
    pairs = [("", _("已解决的不用选")), *((r.label, r.label) for r in rules.reasons().of("not_solved"))]
    return forms.ChoiceField(label=_("未解决的原因"), choices=pairs, required=False)


def _confirmed(_stage: Stage) -> forms.Field:
    pairs = [("yes", _("已到场")), ("no", _("没有到场"))]
    return forms.TypedChoiceField(label=_("是否到场"), choices=pairs, coerce=lambda v: v == "yes", initial="yes")


def _supervision(stage: Stage) -> forms.Field:
    pairs = [(s.id, f"{s.label}：{s.reason[:30]}") for s in stage.view.supervisions if s.open]
    return _chosen(_("回复哪一次督办"), pairs, required=False)


def _difficulty(_stage: Stage) -> forms.Field:
    keys = {line.deadline_key: line.subject for line in rules.deadline_rules().lines if line.deadline_key}
    for own in ("rework", "transfer"):  # the program chooses these by itself
        keys.pop(own, None)
    pairs = [("", _("按时限表")), *sorted(keys.items())]
    return forms.ChoiceField(label=_("办理时限"), choices=pairs, required=False)


def _long(label: str, rows: int = 5) -> Callable[[Stage], forms.Field]:
    def build(stage: Stage) -> forms.Field:
        area = forms.Textarea(attrs={"rows": rows, "data-count": "20000"})
        missing = {"required": _("请填写%(what)s。") % {"what": _(label)}}
        return forms.CharField(
            label=_(label), widget=area, max_length=20000, required=stage.required, error_messages=missing
        )

    return build


def _line(label: str, most: int) -> Callable[[Stage], forms.Field]:
    return lambda stage: forms.CharField(label=_(label), max_length=most, required=stage.required)


def _as_unit(stage: Stage) -> forms.Field:
    return _chosen(_("代表哪个单位"), [(i, _unit_word(i)) for i in stage.allowed.for_unit_ids], required=True)


def _target(_stage: Stage) -> forms.Field:
    box = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "data-merge-target": ""})
    missing = {"required": _("请填写要并入的工单编号。")}
    hint = _("填写后会显示那张工单，请核对是同一件事。")
    return forms.CharField(label=_("并入哪张工单"), widget=box, help_text=hint, max_length=20, error_messages=missing)


def _meet_at(_stage: Stage) -> forms.Field:
    box = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=_("会办时间"), widget=box, required=True)


def _taken_at(_stage: Stage) -> forms.Field:
    box = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=_("接收时间"), widget=box, required=False)


def _select(label: str, pairs: dict[str, Any], empty: str = "") -> Callable[[Stage], forms.Field]:
    return lambda stage: forms.ChoiceField(
        label=_(label), choices=words.choices(pairs, _(empty) if empty else ""), required=stage.required
    )


BUILDERS: Final[dict[str, Callable[[Stage], forms.Field]]] = {
    "reason_code": _reason,
    "text": _text,
    "unit_id": _unit,
    "assist_unit_ids": lambda s: UnitsField(label=_("协办单位"), required=s.required),
    "called_unit_ids": lambda s: UnitsField(label=_("召集哪些单位"), required=s.required),
    "category_id": lambda _s: CategoryField(label=_("分类"), required=False),
    "area_code": lambda _s: AreaField(label=_("地区"), required=False),
    "request_type": _select(gettext_noop("诉求类型"), words_of(RequestType)),
    "urgency": _select(gettext_noop("紧急程度"), words_of(Urgency)),
    "level": _select(
        gettext_noop("督办等级"),
        words_of(SupervisionLevel),
        gettext_noop("按我的岗位默认"),
    ),
    "contact_result": _select(gettext_noop("联系结果"), words.CONTACTS),
    "amount": _amount,
    "solved": _solved,
    "not_solved_reason": _not_solved,
    "confirmed": _confirmed,
    "supervision_id": _supervision,
    "difficulty": _difficulty,
    "as_unit_id": _as_unit,
    "target_number": _target,
    "meet_at": _meet_at,
    "taken_by": _line(gettext_noop("对方接收人（姓名或工号）"), 64),
    "their_number": _line(gettext_noop("对方编号"), 64),
    "taken_at": _taken_at,
    "place": _line(gettext_noop("会办地点"), 200),
    "legal_basis": _line(gettext_noop("法律政策依据"), 255),
    "reply": _long(gettext_noop("答复内容")),
    "measures": _long(gettext_noop("采取的措施"), 3),
    "show_files": lambda _s: forms.BooleanField(label=_("附件可以给群众看"), required=False),
}


def field_names(allowed: AllowedStep) -> tuple[str, ...]:
    """The fields of a step's form in their order; ``files`` stands for the upload."""
    wanted = {NEEDED[need] for need in allowed.needs} | set(EXTRA.get(allowed.step, ()))
    if allowed.reasons and "reason" in allowed.needs:
        wanted.add("reason_code")
    if len(allowed.for_unit_ids) > 1:
        wanted.add("as_unit_id")
    return tuple(name for name in ORDER if name in wanted)


class StepForm(forms.Form):
    """The form of one step; ``version`` is the one the person saw, ``key`` makes a double click harmless."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, view: OrderView, allowed: AllowedStep, actor: Actor, **kwargs: Any) -> None:
        names = field_names(allowed)
        required = {NEEDED[need] for need in allowed.needs}
        initial = {"version": view.version, "key": uuid.uuid4().hex, **current_values(view, allowed.step)}
        super().__init__(initial={**initial, **(kwargs.pop("initial", None) or {})}, auto_id="step_%s", **kwargs)
        self.has_files = "files" in names
        for name in names:
            if name != "files":
                self.fields[name] = BUILDERS[name](Stage(view, allowed, actor, name in required))

    def to_data(self, attachment_ids: tuple[int, ...] = (), **more: Any) -> StepData:
        """What handling takes; fields that the step does not have keep their defaults."""
        data = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "key", "show_files") and value not in (None, "")
        }
        return StepData(**{**more, **data, "attachment_ids": attachment_ids})


def current_values(view: OrderView, step: Step) -> dict[str, Any]:
    """What a form starts with: the elements as they are, the reply as it was written, the unit that was named."""
    lead = next((a for a in reversed(view.assignments) if a.role == "lead"), None)
    waiting = next((r for r in reversed(view.reviews) if r.decision == "waiting"), None)
    values: dict[str, Any] = {
        "category_id": view.category_id, "area_code": view.area_code, "request_type": view.request_type,
        "urgency": view.urgency, "place": view.place_hint,
    }  # fmt: skip
    if step is Step.APPROVE_REPLY and lead:
        values["reply"] = lead.reply
    if step is Step.REPLY and lead:
        values |= {"reply": lead.reply, "measures": lead.measures, "legal_basis": lead.legal_basis}
    if step is Step.APPROVE_RETURN and waiting:
        values["unit_id"] = waiting.right_unit_id
    if step is Step.SUPERVISE:
        values |= {"unit_id": view.lead_unit_id, "level": SupervisionLevel.REMINDER.value}
    return values
