"""The enterprises' own door: a link and, told apart from it, a code; and what can be done behind it. The link alone opens nothing.

Least rights: an enterprise reads its own disputes, answers them, and nothing else; a person's name and telephone only
where he agreed. Link and code are kept as digests under the installation's key. Wrong codes close the door for a while,
too many for good.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import acting_as, elevated
from minhu.directory.policy import Action
from minhu.directory.services.changes import change, record
from minhu.engines.secrets import blind_index
from minhu.exchange.domain.disputes import BY_ENTERPRISE, News, Phase
from minhu.exchange.models import Dispute, Enterprise, EnterpriseDoor
from minhu.exchange.queries.disputes import MOST_ROWS, DisputeView, view_of
from minhu.exchange.services.disputes import checked, happen, locked
from minhu.exchange.services.enterprises import LOCK
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "the link and the code are the proof; behind them an enterprise sees its own disputes only"
VALID: Final = timedelta(days=90)
STAY: Final = timedelta(hours=8)
CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 8
MOST_WRONG: Final = 5
CLOSED_FOR: Final = timedelta(minutes=15)
MOST_EVER: Final = 20
_UNKNOWN: Final = "入口不存在、已过期或已收回，请联系 12345 热线重新发放。"


@dataclass(frozen=True, slots=True)
class Issued:
    """What is shown once: the last part of the link, the code, and until when both hold."""

    link: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """What the citizen agreed to let out: his words without personal values; name and telephone where he said so."""

    words: str
    added: tuple[str, ...]
    name: str
    phone: str
    asked_more: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """An enterprise behind its door."""

    enterprise_id: int
    name: str
    actor: Actor


def issue(enterprise_id: int) -> Issued:
    """Give an enterprise a new link and code; the ones before end at once. Raises NotFound, Invalid (suspended)."""
    link, code = secrets.token_urlsafe(24), "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    moment = now()
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        one = Enterprise.objects.filter(pk=enterprise_id).first()
        if one is None:
            raise NotFound("没有这家企业。", code="no_such_enterprise")
        if one.suspended:
            raise Invalid("企业已暂停，请先恢复再发放入口。", code="enterprise_suspended")
        EnterpriseDoor.objects.filter(enterprise=one, ended_at__isnull=True).update(ended_at=moment)
        made = EnterpriseDoor(
            enterprise=one, link_digest=_digest(link, "link"), issued_at=moment, issued_by=current_actor().id,
            expires_at=moment + VALID,
        )  # fmt: skip
        made.code_digest = _digest(f"{made.uid.hex}/{code}", "code")
        made.save()
        record("enterprise_door", ("enterprise", one.pk), issued=True)
    return Issued(link, code, made.expires_at)


def revoke(enterprise_id: int) -> None:
    """Close an enterprise's door; whoever is behind it is outside at once."""
    with change(Action.MANAGE_TOKENS, lock=LOCK):
        EnterpriseDoor.objects.filter(enterprise_id=enterprise_id, ended_at__isnull=True).update(ended_at=now())
        record("enterprise_door", ("enterprise", enterprise_id), issued=False)


def enter(link: str, code: str) -> tuple[UUID, datetime]:
    """Open the door; returns its uid and until when one may stay. Raises NotFound (link), NotAllowed, TooMany (code)."""
    said = "".join(code.split()).upper()[:64]
    with transaction.atomic(), elevated(WHY):
        door = _door(link_digest=_digest(link[:100], "link"), lock=True)
        moment = now()
        if door.blocked_until is not None and moment < door.blocked_until:
            refusal: Exception | None = TooMany("口令输错次数过多，请 15 分钟后再试。", code="too_many_attempts")
        elif hmac.compare_digest(door.code_digest, _digest(f"{door.uid.hex}/{said}", "code")):
            door.last_at, refusal = moment, None
            door.failures = door.failures // MOST_WRONG * MOST_WRONG  # whole rounds of wrong codes stay counted
            ledger.append("dispute.opened", ("enterprise", door.enterprise_id), {})
        else:
            refusal = _wrong(door, moment)
        door.save(update_fields=["last_at", "failures", "blocked_until", "ended_at"])
    if refusal is not None:
        raise refusal
    return door.uid, min(moment + STAY, door.expires_at)


def behind(uid: UUID) -> Entered:
    """Who stands behind a door that was opened; raises NotFound where it is closed or expired since."""
    with transaction.atomic(), elevated(WHY):
        door = _door(uid=uid)
    return _entered(door.enterprise)


def of_enterprise(enterprise_id: int) -> Entered:
    """Whom an enterprise acts as, for programs that have proved by themselves who speaks; raises NotFound."""
    one = Enterprise.objects.filter(pk=enterprise_id).first()
    if one is None:
        raise NotFound("没有这家企业。", code="no_such_enterprise")
    return _entered(one)


def known(link: str) -> str:
    """The name over a door, for its own link only; raises NotFound."""
    with transaction.atomic(), elevated(WHY):
        return _door(link_digest=_digest(link[:100], "link")).enterprise.name


def answer(who: Entered, uid: UUID, news: News, text: str, *, key: str = "") -> Phase:
    """Offer, refuse or ask for more; the same ``key`` again changes nothing.

    Raises NotFound for any other's dispute, Conflict (answered already, too late), Invalid.
    """
    if news not in BY_ENTERPRISE:
        raise Invalid("请选择怎样答复。", fields={"news": "请选择怎样答复"})
    words = checked(text)
    with transaction.atomic(), acting_as(who.actor), elevated(WHY):
        if not Dispute.objects.filter(uid=uid, enterprise_id=who.enterprise_id, sent_at__isnull=False).exists():
            raise NotFound("没有这件纠纷。", code="no_such_dispute")
        with locked(uid) as (row, number):
            if key and row.entries.filter(key=key).exists():
                return Phase(row.phase)
            if row.enterprise.suspended:
                raise Conflict("企业已暂停先行答复，诉求转由政府办理。", code="enterprise_suspended")
            happen(row, number, news, words, key)
            return Phase(row.phase)


def mine(who: Entered) -> list[DisputeView]:
    """The disputes of an enterprise: those it must answer first, then the others, the newest first."""
    with transaction.atomic(), acting_as(who.actor), elevated(WHY):
        rows = Dispute.objects.filter(enterprise_id=who.enterprise_id, sent_at__isnull=False)
        found = [view_of(row) for row in rows.select_related("order", "enterprise").order_by("-id")[:MOST_ROWS]]
    return sorted(found, key=lambda view: (view.phase is not Phase.WAITING, not view.live))


def shown(who: Entered, uid: UUID) -> tuple[DisputeView, Released | None]:
    """One of its disputes and, while it runs, what the citizen let out; NotFound for any other's."""
    with transaction.atomic(), acting_as(who.actor), elevated(WHY):
        row = (
            Dispute.objects.filter(uid=uid, enterprise_id=who.enterprise_id, sent_at__isnull=False)
            .select_related("order", "enterprise")
            .first()
        )
        if row is None:
            raise NotFound("没有这件纠纷。", code="no_such_dispute")
        view = view_of(row, with_lines=True)
        if not view.live:
            return replace(view, lines=tuple(replace(line, text="") for line in view.lines)), None
        ledger.record_access(("request", row.order.request_id), "企业先行处理", ["dispute"])
        told = [line.text for line in view.lines if line.kind == News.TELL.value]
        added = tuple(text if row.contact_allowed else mask_personal(text) for text in told)
        if not row.contact_allowed:
            view = replace(view, lines=tuple(replace(line, text=mask_personal(line.text)) for line in view.lines))
        return view, Released(row.words, added, row.name, row.phone, row.asked_more)


def _door(*, lock: bool = False, **by: object) -> EnterpriseDoor:
    rows = EnterpriseDoor.objects.select_related("enterprise")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(ended_at__isnull=True, expires_at__gt=now(), **by).first()
    if found is None or found.enterprise.suspended:
        raise NotFound(_UNKNOWN, code="no_such_door")
    return found


def _entered(one: Enterprise) -> Entered:
    return Entered(one.pk, one.name, Actor(kind="partner", id=f"enterprise:{one.uid}", name=one.name[:64]))


def _wrong(door: EnterpriseDoor, moment: datetime) -> Exception:
    door.failures += 1
    if door.failures >= MOST_EVER:
        door.ended_at = moment
        return NotFound(_UNKNOWN, code="no_such_door")
    if door.failures % MOST_WRONG == 0:
        door.blocked_until = moment + CLOSED_FOR
        return TooMany("口令输错次数过多，请 15 分钟后再试。", code="too_many_attempts")
    return NotAllowed("口令不正确，请核对。", code="wrong_code", status=401)


def _digest(value: str, purpose: str) -> str:
    return blind_index(value, f"enterprise {purpose}").hex()
