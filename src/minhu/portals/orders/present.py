"""An order made ready for its page: the next action, the timeline, the clocks, the lines of advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.directory.policy import Action, Facts, decide, may_ever
from minhu.exchange.queries.enterprises import about
from minhu.handling import queries as handling
from minhu.handling.queries import joint
from minhu.handling.queries.joined import joined_by_rule
from minhu.handling.types import LIVE_STATES, AllowedStep, ClockView, Light, OrderView, State, Step, StepView
from minhu.intake import queries as intake
from minhu.intake.queries.caring import contact_advice
from minhu.intake.types import AttachmentView, IntakeClass, Outcome, RequestCard, SuggestedField, SuggestionView
from minhu.kernel.actors import Actor
from minhu.portals.navigation import role_word
from minhu.portals.orders import noticed, said, words
from minhu.portals.orders.assisted import assisted_rows
from minhu.portals.orders.forms import is_direct
from minhu.portals.orders.second_view import second_view

S = Step
FIRST: Final = (
    S.APPROVE_RETURN, S.APPROVE_EXTENSION, S.APPROVE_EXCLUSION, S.ACCEPT, S.DISPATCH, S.SIGN, S.ANSWER_SUPERVISION,
    S.ANSWER_WHISTLE, S.APPROVE_REPLY, S.CLOSE, S.CONTACT, S.REPLY, S.ASSIST_REPLY, S.RESUME, S.RECEIPT,
    S.APPROVE_SUSPENSION, S.UNMERGE, S.ARCHIVE,
)  # fmt: skip
"""Which allowed step is the one next action: the first of these."""
ICONS: Final[dict[Step, str]] = {
    S.ACCEPT: "circle-check", S.ASK_CONTENT: "message-question", S.REFUSE: "ban", S.HAND_OVER: "ambulance",
    S.RECEIPT: "receipt", S.TAKE_BACK: "arrow-back-up", S.ANSWER_DIRECTLY: "message-reply", S.CORRECT: "pencil",
    S.DISPATCH: "send", S.ADD_ASSIST: "user-plus", S.RECALL: "arrow-back-up", S.SIGN: "signature",
    S.CONTACT: "phone-call", S.PASS_TO_GRID: "grid-dots", S.ASK_RETURN: "arrow-back-up",
    S.APPROVE_RETURN: "check", S.REFUSE_RETURN: "x", S.ASK_EXTENSION: "calendar-time", S.APPROVE_EXTENSION: "check",
    S.REFUSE_EXTENSION: "x", S.SUSPEND: "player-pause", S.RESUME: "player-play", S.APPROVE_SUSPENSION: "check",
    S.REFUSE_SUSPENSION: "x", S.ASSIST_REPLY: "message-reply", S.REPLY: "message-reply", S.APPROVE_REPLY: "check",
    S.REJECT_REPLY: "x", S.CLOSE: "circle-check", S.REOPEN: "repeat", S.ARCHIVE: "archive", S.MERGE: "git-merge", S.JOIN: "git-merge",
    S.UNMERGE: "unlink", S.WITHDRAW: "rotate", S.SUPERVISE: "flag", S.ANSWER_SUPERVISION: "receipt",
    S.WHISTLE: "speakerphone", S.ACKNOWLEDGE_WHISTLE: "bell", S.ANSWER_WHISTLE: "map-pin",
    S.CONFIRM_ATTENDANCE: "user-check", S.ASK_EXCLUSION: "filter-off", S.APPROVE_EXCLUSION: "check",
    S.REFUSE_EXCLUSION: "x", S.NOTE: "note", S.OPEN: "inbox", S.SUPPLEMENT: "message-plus",
    S.CLOSE_ALONG: "circle-check", S.MERGE_AGAIN: "git-merge", S.TRANSFER: "transfer", S.TRANSFER_TAKEN: "receipt",
    S.TRANSFER_REFUSED: "arrow-back-up", S.TRANSFER_NEWS: "message-plus", S.TRANSFER_DONE: "message-reply",
    S.TO_ENTERPRISE: "building", S.ENTERPRISE_NEWS: "message-plus", S.ENTERPRISE_SETTLED: "circle-check",
    S.ENTERPRISE_BACK: "arrow-back-up",
}  # fmt: skip
GOOD: Final = frozenset({S.CLOSE, S.APPROVE_REPLY, S.ARCHIVE})
GRAVE: Final = frozenset(
    {S.SUPERVISE, S.REOPEN, S.ASK_RETURN, S.REJECT_REPLY, S.REFUSE, S.HAND_OVER, S.TRANSFER_REFUSED}
)
QUIET: Final = frozenset({S.NOTE, S.CORRECT, S.OPEN})


@dataclass(frozen=True, slots=True)
class Button:
    """A step as a button; ``key`` is the number that presses it."""

    step: Step
    label: str
    icon: str
    url: str
    direct: bool
    key: str


def buttons(view: OrderView) -> list[Button]:
    """All allowed steps, the one next action first; the first nine have number keys."""
    can = _answerable(view)
    wish = [wanted for wanted in FIRST if wanted is not S.CONTACT or not _contacted(view)]
    first = next((step for wanted in wish for step in can if step.step is wanted), None)
    ordered = ([first] if first else []) + [step for step in can if step is not first]
    return [
        Button(
            step.step, step.label, ICONS.get(step.step, "point"),
            reverse("order_step", args=[view.number, step.step.value]), is_direct(step), str(n) if n < 10 else "",
        )
        for n, step in enumerate(ordered, 1)
    ]  # fmt: skip


def _contacted(view: OrderView) -> bool:
    """Whether the lead has spoken with the citizen, so that the reply comes next."""
    lead = next((a for a in reversed(view.assignments) if a.role == "lead"), None)
    return lead is not None and lead.first_contact_at is not None


def _answerable(view: OrderView) -> list[AllowedStep]:
    """Without steps that answer a question nobody has asked (supervision, whistle)."""
    calls = [a for w in view.whistles if w.ended_at is None for a in w.attendances]
    present = {
        S.ANSWER_SUPERVISION: any(s.open for s in view.supervisions),
        S.ACKNOWLEDGE_WHISTLE: any(a.acknowledged_at is None for a in calls),
        S.ANSWER_WHISTLE: any(not a.confirmed and a.attended_at is None for a in calls),
        S.CONFIRM_ATTENDANCE: any(a.confirmed is None for a in calls),
    }
    return [step for step in view.allowed if present.get(step.step, True)]


def has_primary(view: OrderView) -> bool:
    """Whether there is a next action at all (else all buttons are equal)."""
    return any(step.step in FIRST for step in _answerable(view))


def timeline(view: OrderView, files: tuple[AttachmentView, ...]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    by_id = {file.id: file for file in files}
    return [_entry(step, by_id) for step in reversed(view.steps)]


def _entry(step: StepView, files: dict[int, AttachmentView]) -> dict[str, Any]:
    said = "：".join(part for part in (step.reason, step.text) if part)
    public = _("群众看到：%(text)s") % {"text": step.public_text} if step.public_text else ""
    who = " · ".join(dict.fromkeys(part for part in (step.unit_name, step.actor_name, _role(step.actor_role)) if part))
    tone = (
        "green" if step.step in GOOD else "orange" if step.step in GRAVE else "grey" if step.step in QUIET else "calm"
    )
    return {
        "at": step.at,
        "title": step.label,
        "actor": who,
        "text": "\n".join(part for part in (said, public) if part),
        "tone": tone,
        "icon": ICONS.get(step.step, "point"),
        "attachments": [
            {"url": f"/attachments/{files[i].uid}/", "name": files[i].name} for i in step.attachment_ids if i in files
        ],
    }


def _role(role: str) -> str:
    return role_word(role) if role else ""


def clocks(view: OrderView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Clocks that run or stand, the earliest first, and those that have stopped."""
    ordered = sorted(view.clocks, key=lambda clock: clock.due_at)
    running = [_clock(clock) for clock in ordered if clock.stopped_at is None]
    return running, [_clock(clock) for clock in ordered if clock.stopped_at is not None]


def _clock(clock: ClockView) -> dict[str, Any]:
    light: str = clock.light.value
    if clock.stopped_at is not None:
        light = "red" if clock.in_time is False else "done"
    elif clock.paused_at is not None or clock.light is Light.OFF:
        light = "paused"
    name = f"{clock.label}（{clock.unit_name}）" if clock.unit_name else clock.label
    return {
        "name": name, "light": light, "due_at": None if clock.stopped_at else clock.due_at, "done_at": clock.stopped_at,
        "explanation": clock.explanation,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """A suggestion as a line of the page."""

    field: str
    label: str
    value: str
    confidence: float
    basis: str
    maker: str
    state: str
    accept_url: str
    change_url: str
    step_url: str
    step_label: str


SHOWN: Final = (
    SuggestedField.CATEGORY, SuggestedField.PLACE, SuggestedField.URGENCY, SuggestedField.REQUEST_TYPE,
    SuggestedField.REPEAT, SuggestedField.UNIT,
)  # fmt: skip
BY_STEP: Final = {SuggestedField.REPEAT: Step.MERGE, SuggestedField.UNIT: Step.DISPATCH}


def advice(view: OrderView, found: tuple[SuggestionView, ...]) -> list[Advice]:
    """The latest suggestion of each field, with what can still be done about it."""
    latest = {one.field: one for one in found}
    steps = {step.step: step for step in view.allowed}
    return [_advice(view, latest[field], steps) for field in SHOWN if field in latest]


def _advice(view: OrderView, one: SuggestionView, steps: dict[Step, AllowedStep]) -> Advice:
    settled = {Outcome.ACCEPTED: "accepted", Outcome.AUTOMATIC: "accepted", Outcome.CHANGED: "changed"}
    can, own = Step.CORRECT in steps, steps.get(BY_STEP.get(one.field, Step.OPEN))
    url = reverse("order_advice", args=[view.number, one.field.value])
    editable = can and one.field not in BY_STEP and one.outcome is Outcome.PENDING
    return Advice(
        field=one.field.value,
        label=str(words.FIELDS[one.field.value]),
        value=one.label,
        confidence=one.confidence,
        basis=one.basis,
        maker=one.maker,
        state=settled.get(one.outcome, "open"),
        accept_url=f"{url}?version={view.version}" if editable else "",
        change_url=f"{url}?change=1&version={view.version}" if editable else "",
        step_url=reverse("order_step", args=[view.number, own.step.value]) + "?suggested=1" if own else "",
        step_label=own.label if own else "",
    )


def page(number: str, actor: Actor) -> dict[str, Any]:
    """Everything the page of an order shows; raises NotFound when it may not be seen."""
    view = handling.order_view(number, actor)
    card = intake.request_card(view.request_id, actor, _("查看工单"))
    running, stopped = clocks(view)
    may_ask = bool(decide(actor, Action.DECIDE_INTAKE, Facts(view.request_id, frozenset(view.unit_ids))))
    return {
        "order": view,
        "card": card,
        "may_see_group": may_ask or may_ever(actor, Action.SUPERVISE),
        "enterprise": about(card.text, view.area_code, view.category_id) if may_ask else None,
        "contact_advice": contact_advice(view.request_id),
        "said": said.of_order(view, card, may_ask=may_ask, may_split=may_ask and may_ever(actor, Action.SUBMIT)),
        "noticed": noticed.shown(intake.impression_of(card, view.caller_year_count)),
        "history": caller_history(card, actor),
        "buttons": buttons(view),
        "has_primary": has_primary(view),
        "entries": timeline(view, card.attachments),
        "chain": chain(number, actor),
        "running": running,
        "stopped": stopped,
        "advice": advice(view, intake.suggestions_of(view.request_id, actor)),
        "second": second_view(view, actor) if may_ask else None,
        "decision": card.decision,
        "may_decide": may_ask,
        "tag_words": noticed.tag_words(view.tags),
        "assisted": assisted_rows(view),
        "joined": joined_by_rule(view.id) if view.state is State.MERGED else None,
        "may_part": may_ever(actor, Action.MERGE),
        "new_mark": joint.mark_of(view.id),
        "may_mark_new": may_ask and view.state in LIVE_STATES,
        "may_ask_access": may_ever(actor, Action.VIEW_ACCESS),
        "classes": [(kind.value, class_word(kind)) for kind in IntakeClass],
        "type_word": words.type_word(view.request_type),
        "channel_word": words.channel_word(view.channel),
        "files": [file for file in card.attachments if file.kind == "citizen"],
        "unit_files": [file for file in card.attachments if file.kind != "citizen"],
    }


def chain(number: str, actor: Actor) -> list[dict[str, Any]]:
    """Every hop with its lengths of time."""
    hops = handling.transfer_chain(handling.order_of(number, actor))
    return [
        {
            "hop": hop.hop, "unit_name": hop.unit_name, "role": hop.role.value, "state": hop.state.value,
            "dispatched_at": hop.dispatched_at, "ended_at": hop.ended_at, "reason": hop.reason,
            "minutes_to_sign": hop.minutes_to_sign, "sign_span": (hop.minutes_to_sign or 0) * 60,
            "span": hop.minutes * 60, "working_span": hop.working_minutes * 60,
        }
        for hop in hops
    ]  # fmt: skip


def class_word(kind: IntakeClass) -> str:
    """The words of an intake class."""
    found = {
        IntakeClass.ACCEPT: _("受理"),
        IntakeClass.EMERGENCY: _("转紧急热线"),
        IntakeClass.LEGAL_ROUTE: _("应走法定途径"),
        IntakeClass.SECRET_OR_PRIVATE: _("涉及秘密、隐私或不当要求"),
        IntakeClass.MALICIOUS: _("恶意来电"),
        IntakeClass.ELSEWHERE: _("不属于本地或行政职权"),
        IntakeClass.REPEATED: _("重复诉求"),
        IntakeClass.NO_CONTENT: _("无具体内容"),
    }
    return found[kind]


def caller_history(card: RequestCard, actor: Actor) -> str:
    """What the caller brought before, in words, for those who decide on intake."""
    if not decide(actor, Action.DECIDE_INTAKE):
        return ""
    return intake.caller_history_of_request(card.request_id).words
