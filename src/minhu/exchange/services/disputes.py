"""Commands of a consumer dispute: asked, agreed, sent, answered, chosen, and back to the government by rule.

The order is locked before its dispute, everywhere. Each command is one transaction, writes an entry that nobody changes and
works once for a key. Steps that follow from a rule (clock, suspension, the enterprise's or the citizen's word) are taken on
the order by the program; a model decides nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import acting_as, as_system, elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.exchange.domain.disputes import (
    BY_CITIZEN,
    LIVE,
    MOST_WORDS,
    OPEN,
    WORDING,
    Matter,
    News,
    Phase,
    Why,
    after,
    obstacle,
    speaks_of_harm,
    why,
)
from minhu.exchange.models import Dispute, DisputeEntry, Enterprise
from minhu.handling import services as handling
from minhu.handling.events import OrderChanged
from minhu.handling.queries import order_of
from minhu.handling.types import EnterpriseWait, State, Step, StepData
from minhu.intake.queries import request_card, reveal
from minhu.intake.services.text_wishes import wish
from minhu.intake.types import PersonalField
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "a dispute belongs to the order that waits for its enterprise"
_BEFORE: Final = frozenset({State.RECEIVED.value, State.INCOMPLETE.value, State.TO_DISPATCH.value})


@dataclass(frozen=True, slots=True)
class Consent:
    """What the citizen agreed to; ``contact``: his name and telephone may go too."""

    given: bool
    contact: bool = False


def matter_of(number: str) -> Matter:
    """What the rule looks at, of an order that the current actor may see; raises NotFound."""
    order = order_of(number)
    return Matter(
        text=request_card(order.request_id).text, request_type=order.request_type, urgency=order.urgency,
        deadline_key=order.deadline_key, before_unit=order.state in _BEFORE, confidential=order.confidential,
        sensitive=order.sensitive, group=order.group_matter,
    )  # fmt: skip


def ask(number: str, enterprise_id: int, *, consent: Consent | None = None, key: str = "") -> UUID:
    """Propose to send an order to its enterprise; with ``consent`` (heard by the agent) it goes at once.

    Without it the citizen is asked on his page, and nothing leaves until then. Returns the uid of the dispute; one that
    runs already is the same. Raises NotFound, NotAllowed, Invalid (the matter or the enterprise does not fit), Conflict.
    """
    require(Action.DECIDE_INTAKE)
    with transaction.atomic():
        handling.hold(number)
        order = order_of(number)
        with elevated(WHY):
            row = Dispute.objects.select_for_update().filter(order_id=order.pk, ended_at__isnull=True).first()
            if row is not None and row.enterprise_id != enterprise_id:
                raise Conflict("这件诉求正由另一家企业先行处理。", code="dispute_running")
            if row is None:
                if Dispute.objects.filter(order_id=order.pk, phase=Phase.BACK.value).exists():
                    raise Conflict("这件诉求已由企业先行处理过并转回政府，不再交企业。", code="dispute_over")
                _check(number, enterprise_id)
                row = Dispute.objects.create(
                    order_id=order.pk, enterprise_id=enterprise_id, asked_at=now(), asked_by=current_actor().id
                )
                _entry(row, "asked", "", key)
            if row.phase == Phase.ASKED.value and consent is not None:
                if consent.given:
                    _check(number, enterprise_id)  # it may have become urgent or sensitive since the citizen was asked
                _agree(row, number, consent)
            elif row.phase == Phase.ASKED.value:
                _tell(row, number, "请您决定是否由企业先行处理")
        return row.uid


def consent(uid: UUID, given: Consent, *, key: str = "") -> Phase:
    """The citizen's own answer (or as he told it to an agent); returns where the dispute stands now."""
    with _command(uid, key) as (row, number):
        if row is None:
            return _phase(uid)
        if Phase(row.phase) is not Phase.ASKED:
            raise Conflict("这件事已经答复过了。", code="answered_already")
        if given.given:
            _check(number, row.enterprise_id)
        _agree(row, number, given, key)
        return Phase(row.phase)


def choose(uid: UUID, news: News, text: str = "", *, satisfaction: int | None = None, key: str = "") -> Phase:
    """The citizen adds what was asked for, accepts the offer, or does not; on his page or told to an agent.

    Words of an injury or a danger go to no enterprise: the order is the government's from that moment, by rule.
    Raises NotFound, Conflict (not now, too late), Invalid (words, satisfaction of 1 to 5).
    """
    if news not in BY_CITIZEN:
        raise Invalid("没有这个选项。")
    words = checked(text, least=0 if news is News.ACCEPT else 2)
    if news is News.ACCEPT and satisfaction is not None and not 1 <= satisfaction <= 5:
        raise Invalid("满意度为 1 至 5。", fields={"satisfaction": "请选择 1 至 5"})
    with _command(uid, key) as (row, number):
        if row is None:
            return _phase(uid)
        if news is News.ACCEPT:
            row.satisfaction = satisfaction
        elif Phase(row.phase) in LIVE and speaks_of_harm(words):
            news = News.HARM
        happen(row, number, news, words, key)
        return Phase(row.phase)


def take_back(uid: UUID, text: str, *, key: str = "") -> None:
    """Staff end it: an ordinary order from now on."""
    require(Action.DECIDE_INTAKE)
    words = checked(text)
    with _command(uid, key) as (row, number):
        if row is not None:
            happen(row, number, News.TAKEN_BACK, words, key)


def end_for_emergency(number: str) -> bool:
    """An emergency service takes an order that waits for an enterprise: the enterprise is out of it. False where none was.

    The caller holds the order's lock.
    """
    with elevated(WHY):
        row = Dispute.objects.select_for_update().filter(order__number=number, ended_at__isnull=True).first()
        if row is None or Phase(row.phase) not in LIVE:
            return False
        happen(row, number, News.HARM)
    return True


def happen(row: Dispute, number: str, news: News, text: str = "", key: str = "") -> None:
    """Let ``news`` happen to a locked dispute and its locked order; raises Conflict where it may not.

    Whatever comes after the deadline is refused: the fall-back by rule is what counts then.
    """
    before = Phase(row.phase)
    late = row.due_at is not None and now() > row.due_at
    if before in LIVE and late and news not in _ANY_TIME:
        raise Conflict("答复时限已过，诉求已按规则转为政府工单，不能再答复。", code="too_late")
    phase = after(before, news, asked_before=row.asked_more)
    if phase is None:
        raise Conflict(_refusal(before, news), code="not_now")
    row.phase, reason = phase.value, why(before, news)
    row.why = reason.value if reason and phase not in OPEN else row.why
    if news is News.ASK:
        row.asked_more = True
    if news is News.OFFER:
        row.offer = text
    if before is Phase.WAITING and news in (News.OFFER, News.REFUSE):
        row.answered_at, row.in_time = now(), True
    if before is Phase.WAITING and news is News.TIME_OUT:
        row.in_time = False
    if phase not in OPEN:
        row.ended_at, row.due_at = now(), None
    row.save()
    _entry(row, news.value, text, key)
    if before in LIVE and news is not News.MOVED_ON:
        _move_order(row, number, news, reason)


def follow(event: OrderChanged) -> None:
    """An order that left by another way (taken back by its citizen, dispatched meanwhile) ends its dispute."""
    if event.from_state == event.to_state or event.step in _OWN:
        return
    if event.from_state != State.WITH_ENTERPRISE.value and event.to_state in _BEFORE:
        return
    with transaction.atomic(), elevated(WHY):
        row = Dispute.objects.select_for_update().filter(order_id=event.order_id, ended_at__isnull=True).first()
        if row is not None:
            happen(row, event.number, News.MOVED_ON)


_ANY_TIME: Final = frozenset({News.TIME_OUT, News.SUSPENDED, News.TAKEN_BACK, News.HARM, News.MOVED_ON})
_OWN: Final = frozenset({Step.TO_ENTERPRISE.value, Step.ENTERPRISE_SETTLED.value, Step.ENTERPRISE_BACK.value})


# -- below ----------------------------------------------------------------------------------------------------------


@contextmanager
def _command(uid: UUID, key: str) -> Iterator[tuple[Dispute | None, str]]:
    """The dispute and its order, locked, for who may add to the order; the row is None where ``key`` was done before."""
    with transaction.atomic():
        with elevated(WHY):
            found = Dispute.objects.filter(uid=uid).select_related("order").first()
        if found is None:
            raise NotFound("没有这件企业先行处理。", code="no_such_dispute")
        require(Action.SUPPLEMENT, found.order.facts())
        with locked(uid) as (row, number):
            done = bool(key) and row.entries.filter(key=key).exists()
            yield (None if done else row), number


@contextmanager
def locked(uid: UUID) -> Iterator[tuple[Dispute, str]]:
    """Order, then dispute, held until the transaction ends, whoever acts; raises NotFound."""
    with elevated(WHY):
        number = Dispute.objects.filter(uid=uid).values_list("order__number", flat=True).first()
        if number is None:
            raise NotFound("没有这件企业先行处理。", code="no_such_dispute")
        with acting_as(SYSTEM):
            handling.hold(number)
        yield Dispute.objects.select_for_update(of=("self",)).select_related("enterprise").get(uid=uid), number


def _phase(uid: UUID) -> Phase:
    with elevated(WHY):
        return Phase(Dispute.objects.values_list("phase", flat=True).get(uid=uid))


def _check(number: str, enterprise_id: int) -> None:
    """Raise Invalid unless this matter may go to this enterprise today."""
    if words := obstacle(matter_of(number)):
        raise Invalid(words, code="not_for_enterprise")
    today, one = local_day(), Enterprise.objects.filter(pk=enterprise_id).first()
    if one is None or one.suspended or one.valid_from > today or (one.valid_until and one.valid_until < today):
        raise Invalid("这家企业现在不接受先行处理，请直接派单。", code="enterprise_not_live")


def _agree(row: Dispute, number: str, given: Consent, key: str = "") -> None:
    """Record the consent; with a yes, what was agreed to leaves and the order waits."""
    actor = current_actor()
    row.consent_at, row.consent_by, row.consent_wording = now(), actor.id, WORDING
    row.contact_allowed = given.given and given.contact
    if not given.given:
        row.contact_allowed = False
        happen(row, number, News.NO_CONSENT, "", key)
        return
    request_id = row.order.request_id
    with as_system():
        row.words = mask_personal(request_card(request_id).text)
        if row.contact_allowed:
            reason = f"经本人同意告知{row.enterprise.name}"[:200]
            row.name = reveal(request_id, PersonalField.NAME, reason)
            row.phone = reveal(request_id, PersonalField.PHONE, reason)
    row.sent_at = now()
    happen(row, number, News.CONSENT, "含联系方式" if row.contact_allowed else "不含联系方式", key)
    data = StepData(text=row.enterprise.name, amount=row.enterprise.answer_days)
    with acting_as(actor if _decides(actor) else SYSTEM):
        handling.take(number, Step.TO_ENTERPRISE, data)
    _set_clock(row)
    _tell(row, number, f"已交{row.enterprise.name}先行处理")


def _decides(actor: Actor) -> bool:
    return actor.kind == "staff"


def _move_order(row: Dispute, number: str, news: News, reason: Why | None) -> None:
    """The step on the order that follows, taken by the program; then whoever waits is told."""
    name = row.enterprise.name
    said = {
        News.OFFER: (EnterpriseWait.CHOICE, f"{name}提出了方案，请您在时限内决定是否接受。"),
        News.ASK: (EnterpriseWait.MORE, f"{name}请您补充情况。"),
        News.TELL: (EnterpriseWait.ANSWER, f"您补充的情况已转给{name}。"),
    }
    with as_system():
        if news in said:
            wait, public = said[news]
            agreed = row.enterprise.answer_days if wait is EnterpriseWait.ANSWER else None
            data = StepData(text=f"{name}：{_LABELS[news]}", public=public, wait=wait.value, amount=agreed)
            handling.take(number, Step.ENTERPRISE_NEWS, data)
            _set_clock(row)
        elif news is News.ACCEPT:
            public = f"{name}的方案（您已接受）：{mask_personal(row.offer)}"
            handling.take(number, Step.ENTERPRISE_SETTLED, StepData(reply=public, text=f"{name}：群众接受方案"))
        elif reason is not None:
            handling.take(
                number, Step.ENTERPRISE_BACK, StepData(text=f"{name}：{reason.said}", public=f"{reason.said}。")
            )
    if news in said and news is not News.TELL:
        _tell(row, number, "企业已答复，请您查看" if news is News.OFFER else "企业请您补充情况")
    elif reason is not None:
        _tell(row, number, "已转为政府工单")


_LABELS: Final = {News.OFFER: "提出方案", News.ASK: "请群众补充", News.TELL: "群众已补充"}


def _set_clock(row: Dispute) -> None:
    """The deadline is the order's: one calculator, one versioned table."""
    row.due_at = type(row.order).objects.values_list("due_at", flat=True).get(pk=row.order_id)
    row.save(update_fields=["due_at"])


def _tell(row: Dispute, number: str, state: str) -> None:
    wish("progress", number, key=f"dispute-{row.pk}-{row.entries.count()}", state=state)


def _entry(row: Dispute, kind: str, text: str, key: str = "") -> None:
    """One line of the record, in the ledger too (there without words)."""
    actor = current_actor()
    DisputeEntry.objects.create(
        dispute=row, kind=kind, text=text, actor=(actor.name or actor.id)[:64], at=now(), key=key or None
    )
    payload = {"kind": kind, "phase": row.phase, "enterprise": row.enterprise_id, "why": row.why}
    ledger.append("dispute.step", ("dispute", str(row.uid)), payload)


def checked(text: str, *, least: int = 2) -> str:
    """Words as they are kept: without control signs, not empty, not too long. Raises Invalid."""
    words = "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
    words = "".join(sign for sign in words if sign == "\n" or sign.isprintable())
    if not least <= len(words) <= MOST_WORDS:
        raise Invalid(f"请写明情况，{max(least, 2)} 至 {MOST_WORDS} 个字。", fields={"text": "请写明情况"})
    return words


def _refusal(phase: Phase, news: News) -> str:
    if news is News.ASK and phase is Phase.WAITING:
        return "已经请群众补充过一次，请提出方案或说明不处理的理由。"
    return f"现在是“{phase.said}”，不能这样操作，请刷新页面。"
