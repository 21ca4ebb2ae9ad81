"""A request comes in: checked, understood, stored whole or not at all, announced."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, connection, transaction

from minhu.directory.access import elevated, elevation
from minhu.directory.queries import rules
from minhu.engines import prepared
from minhu.intake import attachments, store
from minhu.intake.domain.deciding import as_repeat
from minhu.intake.domain.naming import hider
from minhu.intake.domain.validation import checked, content_digest
from minhu.intake.events import RequestReceived
from minhu.intake.repeats import Repeat, find_repeat, joining, searching, suggestion_of
from minhu.intake.types import Channel, NewRequest, Receipt
from minhu.intake.understanding import understand
from minhu.intake.understood import Understood
from minhu.kernel.actors import Actor, current_actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, Unavailable
from minhu.kernel.events import publish
from minhu.language.hardship import hardships, packed
from minhu.ledger import services as ledger

WHY = "a request is stored before anyone may see it"
MOST_TRIES = 50


def receive(
    new: NewRequest, *, actor: Actor | None = None, token: int | None = None, agent_id: int | None = None
) -> Receipt:
    """Take in one request: its order, suggestions, recommendation and ledger entry exist afterwards, or nothing.

    `token` is the id of the API token, `agent_id` the account of the agent who typed it. The same channel,
    token and idempotency key with the same words answer the same receipt (`created` False).
    Raises Invalid with all fields that cannot be used, Unavailable when disk, database or numbers fail.
    """
    moment = now()
    new = checked(new, moment)
    who = actor or current_actor()
    origin = store.Origin(
        agent_id=agent_id if agent_id is not None else _agent_of(new, who),
        token_id=token,
        key=_scoped_key(new.idempotency_key, token),
    )
    understood = understand(new)
    with use_actor(who):
        for _ in range(MOST_TRIES):
            kept = attachments.Keeper()
            try:
                return _attempt(new, understood, origin, kept)
            except BaseException as error:
                kept.undo()
                if not isinstance(error, IntegrityError) or not store.is_taken(error):
                    raise
                if connection.needs_rollback:  # the line broke while the attempt was taken back
                    raise Unavailable("暂时无法保存，请稍后重试。您的内容没有丢失。", code="line_broke") from error
    raise Unavailable("今日编号暂时用尽，请稍后重试。您的内容没有丢失。", code="numbers_exhausted")


def _attempt(new: NewRequest, understood: Understood, origin: store.Origin, kept: attachments.Keeper) -> Receipt:
    """One transaction, or a part of the present one that can be undone."""
    if connection.in_atomic_block:
        with transaction.atomic(), elevated(WHY):
            return _store(new, understood, origin, kept, ())
    with transaction.atomic():
        return _store(new, understood, origin, kept, (elevation(WHY),))


def _store(
    new: NewRequest,
    understood: Understood,
    origin: store.Origin,
    kept: attachments.Keeper,
    first: tuple[prepared.Command, ...],
) -> Receipt:
    """Two round trips: look, then write everything; `first` makes it a transaction of its own that ends here."""
    moment = now()
    phones = store.phone_indexes_of(new.requester_phone)
    looking = store.looking(new.channel.value, origin, phones, understood, moment)
    *_, (row,), candidates = prepared.together((*first, looking, searching(understood, phones, moment)))
    seen = store.looked(row, phones, understood)
    if seen.known is not None:
        return _replayed(new, understood, store.known(seen.known))
    files = kept.keep(new.files)
    repeat, joins = find_repeat(new, understood, candidates), joining(new, understood, candidates)
    extra = (suggestion_of(repeat),) if repeat else ()
    if repeat and repeat.says_the_same and understood.decision.action == "accept":
        verdict = as_repeat(rules.intake_rules(), repeat.basis, repeat.score)
        understood = replace(understood, decision=verdict, auto_accept=False)
    with prepared.gathering(commits=bool(first)):
        stored = store.write(new, understood, extra, seen, phones[0] if phones else None, moment, origin)
        attachments.record(stored.request_id, files, moment, kind="citizen")
        _announce(new, understood, stored, seen, repeat, joins)
        # an outermost transaction ends with its last writes; commit hooks run when its block is left
        prepared.flush(commit=bool(first))
    return _receipt(stored, understood.decision.wording)


def _replayed(new: NewRequest, understood: Understood, stored: store.Stored) -> Receipt:
    if stored.content_digest != content_digest(new):
        message = "同一个幂等键已用于另一份内容不同的诉求，请为新的诉求换一个幂等键。"
        raise Invalid(message, code="idempotency_key_reused", fields={"idempotency_key": message})
    return _receipt(stored, understood.decision.wording)


def _receipt(stored: store.Stored, wording: str) -> Receipt:
    return Receipt(
        request_id=stored.request_id,
        number=stored.number,
        code=stored.code,
        created=stored.created,
        received_at=stored.received_at,
        wording=wording,
    )


def _announce(
    new: NewRequest,
    understood: Understood,
    stored: store.Stored,
    seen: store.Seen,
    repeat: Repeat | None,
    joins: Repeat | None,
) -> None:
    counts = seen.counts
    publish(
        RequestReceived(
            request_id=stored.request_id,
            number=stored.number,
            channel=new.channel.value,
            received_at=stored.received_at,
            title=hider(new)(understood.title) if new.confidential else understood.title,
            request_type=understood.request_type,
            category_id=understood.category_id,
            category_confidence=understood.category_confidence,
            area_code=understood.area_code,
            place_hint=understood.place_hint,
            urgency=understood.urgency,
            confidential=new.confidential,
            sensitive=understood.sensitive,
            decision=understood.decision.recommended.value,
            auto_accept=understood.auto_accept,
            repeat_of_request_id=repeat.request_id if repeat else None,
            caller_month_count=counts.caller_month,
            caller_year_count=counts.caller_year,
            place_month_count=counts.place_month,
            place_year_count=counts.place_year,
            joins_request_id=joins.request_id if joins else None,
            joins_basis=joins.basis if joins else "",
            hardships=packed(hardships(new.text)),
            reserved=seen.reserved,
        )
    )
    ledger.append(
        "request.received",
        ("request", stored.request_id),
        {
            "number": stored.number,
            "channel": new.channel.value,
            "digest": stored.content_digest,
            "decision": understood.decision.recommended.value,
            "reason_code": understood.decision.reason_code,
            "files": len(new.files),
        },
    )


def _agent_of(new: NewRequest, who: Actor) -> int | None:
    return who.staff_id if new.channel in (Channel.PHONE, Channel.COUNTER, Channel.GRID) else None


def _scoped_key(key: str, token: int | None) -> str | None:
    """Keys of different programs never meet."""
    if not key:
        return None
    return key if token is None else f"t{token}:{key}"
