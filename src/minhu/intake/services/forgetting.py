"""Personal data that is no longer kept: on the person's request (two people), or because its time is over.

Forgetting overwrites: sealed values with a sealed mark, words with their masked form, files with nothing. Number,
moments, category and figures stay; nobody can be told from them. What is forgotten stays in backups until these are
deleted by their own rule (docs/operate/backup.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.engines import files, lookup
from minhu.engines.secrets import normalise_phone, seal
from minhu.intake.domain.retention import ERASED, before
from minhu.intake.domain.validation import checked_words
from minhu.intake.events import RequestForgotten
from minhu.intake.models import (
    Affected,
    Attachment,
    Call,
    CallBack,
    CallStop,
    CareMark,
    Consultation,
    Erasure,
    ErasureCase,
    Fingerprint,
    KeptElement,
    PersonBond,
    Request,
    Suggestion,
    Supplement,
    Talk,
    TextMessage,
    TextStop,
)
from minhu.intake.reading import same_caller
from minhu.intake.services import recordings
from minhu.intake.types import TextState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.kernel.events import publish
from minhu.knowledge.queries.documents import is_kept
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

SEALED: Final = ("place_text", "requester_name", "requester_phone", "requester_phone2", "requester_id_number",
                 "requester_address")  # fmt: skip
_OVERWRITE = """
UPDATE intake_request SET title = %s, text = %s, place_text = %s, requester_name = %s, requester_phone = %s,
  requester_phone2 = %s, requester_id_number = %s, requester_address = %s, phone_index = NULL, latitude = NULL,
  longitude = NULL, call_id = '', code_digest = '', source = '{}'::jsonb WHERE id = %s
"""


def ask(phone: str, reason: str) -> int:
    """Ask that all data of the person with a telephone number is forgotten; returns the case. Another confirms.

    Raises NotAllowed, Invalid, NotFound when nothing of that number is kept.
    """
    require(Action.MANAGE_STAFF)
    why, indexes = checked_words(reason, most=200), _indexes_of(phone)
    with transaction.atomic(), elevated("counts requests of a person who wants to be forgotten"):
        found = list(Request.objects.filter(phone_index__in=indexes).values_list("phone_index", flat=True))
        if not found:
            raise NotFound("没有保存与该电话有关的诉求。", code="nothing_kept")
        case = ErasureCase.objects.create(
            ground="asked",
            phone_index=bytes(found[0] or b""),
            phone=phone.strip(),
            reason=why,
            asked_by=current_actor().id,
            asked_at=now(),
            requests=len(found),
        )
        ledger.append("privacy.asked", ("erasure", str(case.uid)), {"requests": len(found)})
    return case.pk


def confirm(case_id: int) -> ErasureCase:
    """Forget, as the second person; returns the case with its certificate.

    Matters that are still open go on without the person: there is nobody to call back. Raises NotAllowed for who asked,
    Conflict when the case is closed.
    """
    require(Action.MANAGE_STAFF)
    with transaction.atomic(), elevated("a person's data is forgotten after two people agreed"):
        case = _open(case_id)
        rows = list(Request.objects.select_for_update().filter(phone_index__in=_indexes_in(case)))
        case.confirmed_by = current_actor().id
        CareMark.objects.filter(phone_index__in=_indexes_in(case)).delete()
        _drop_words(Q(phone_index__in=_indexes_in(case)))
        _drop_texts(_indexes_in(case))
        _drop_affected(Q(phone_index__in=_indexes_in(case)))
        _drop_calls(Q(caller_index__in=_indexes_in(case)))
        _drop_call_backs(Q(phone_index__in=_indexes_in(case)))
        return _carry_out(case, rows)


def refuse(case_id: int) -> None:
    """Close a case without forgetting anything; whoever asked may do it too."""
    require(Action.MANAGE_STAFF)
    with transaction.atomic():
        case = ErasureCase.objects.select_for_update().filter(pk=case_id, done_at=None, refused_at=None).first()
        if case is None:
            raise Conflict("这份申请已经处理。", code="case_closed")
        case.refused_at, case.phone_index, case.phone = now(), None, ""
        case.save(update_fields=["refused_at", "phone_index", "phone"])
        ledger.append("privacy.refused", ("erasure", str(case.uid)), {})


def forget_old(years: int, limit: int = 500) -> int:
    """Anonymise up to `limit` requests that came more than `years` ago; returns how many. For the program itself."""
    with transaction.atomic(), elevated("requests whose time is over are anonymised by the program"):
        over = before(years, now())
        done = Erasure.objects.values("request_id")
        rows = list(Request.objects.select_for_update(skip_locked=True).filter(received_at__lt=over)
                    .exclude(pk__in=done).order_by("received_at")[:limit])  # fmt: skip
        if rows:
            case = ErasureCase.objects.create(
                ground="age", reason=f"保存满 {years} 年", asked_by=current_actor().id, asked_at=now()
            )
            _carry_out(case, rows)
    return len(rows)


def forget_tick() -> int:
    """The background's share: anonymise what is older than MINHU_RETENTION_YEARS; 0 there means never.

    Nothing is anonymised by a clock that leapt forward a short while ago: it cannot be taken back.
    """
    years = int(settings.MINHU_RETENTION_YEARS)
    if years < 1 or is_doubted():
        return 0
    with transaction.atomic(), as_system():
        return forget_old(years)


def _indexes_of(phone: str) -> list[bytes]:
    if len(normalise_phone(phone)) < 7:
        raise Invalid("请填写完整的电话号码。", fields={"phone": "请填写完整的电话号码。"})
    return lookup.indexes(phone, "phone")


def _indexes_in(case: ErasureCase) -> list[bytes]:
    """The indexes of the person under every key, also where the request that the case began with is gone.

    A case from before the telephone was kept with it leads on only by such a request; raises Conflict without one.
    """
    if case.phone:
        return _indexes_of(case.phone)
    first = Request.objects.filter(phone_index=bytes(case.phone_index or b"")).first()
    if first is None:
        raise Conflict(
            "这份申请已无法对应到诉求，没有遗忘任何内容。请退回后用该电话重新申请。", code="case_leads_nowhere"
        )
    return same_caller(first)


def _open(case_id: int) -> ErasureCase:
    case = ErasureCase.objects.select_for_update().filter(pk=case_id).first()
    if case is None or case.ground != "asked":
        raise NotFound("没有找到这份申请。", code="no_such_case")
    if case.done_at or case.refused_at:
        raise Conflict("这份申请已经处理。", code="case_closed")
    if case.asked_by == current_actor().id:
        raise NotAllowed("须由申请人以外的另一位安全管理员确认。", code="not_oneself")
    return case


def _carry_out(case: ErasureCase, rows: list[Request]) -> ErasureCase:
    moment = now()
    for row in rows:
        forget(row, case, moment)
    case.done_at, case.requests, case.phone_index, case.phone = moment, len(rows), None, ""
    case.digest = certificate_digest(str(case.uid), moment, [row.number for row in rows])
    case.save()
    ledger.append("privacy.forgotten", ("erasure", str(case.uid)),
                  {"ground": case.ground, "requests": len(rows), "certificate": case.digest})  # fmt: skip
    return case


def certificate_digest(uid: str, moment: datetime, numbers: Iterable[str]) -> str:
    """What a certificate of deletion is checked by: SHA-256 over case, moment and the numbers of the requests."""
    lines = [uid, moment.isoformat(), *sorted(numbers)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def forget(row: Request, case: ErasureCase, moment: datetime) -> None:
    """Overwrite one request and what hangs on it; other rooms follow by `RequestForgotten`. Needs an elevated scope."""
    strike = _striker(row)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_erasure (request_id, case_id, at, transaction) VALUES (%s, %s, %s, txid_current())"
            " ON CONFLICT (request_id) DO UPDATE SET case_id = excluded.case_id, at = excluded.at,"
            " transaction = excluded.transaction",
            [row.pk, case.pk, moment],
        )
        blank: list[Any] = [
            seal(ERASED if getattr(row, name) else "", f"intake_request.{name}", str(row.uid)) for name in SEALED
        ]
        cursor.execute(_OVERWRITE, [strike(row.title), strike(row.text), *blank, row.pk])
    for added in Supplement.objects.filter(request_id=row.pk):
        Supplement.objects.filter(pk=added.pk).update(text=strike(added.text))
    for one in Suggestion.objects.filter(request_id=row.pk):
        Suggestion.objects.filter(pk=one.pk).update(label=strike(one.label)[:255], basis=strike(one.basis)[:500])
    for kept in KeptElement.objects.filter(request_id=row.pk):
        KeptElement.objects.filter(pk=kept.pk).update(value=strike(kept.value)[:500], words=strike(kept.words)[:500])
    Consultation.objects.filter(request_id=row.pk).update(key=None, answer=None, advice=None, next_at=None)
    Fingerprint.objects.filter(request_id=row.pk).update(bands=[], marks=[], place_mark=None)
    _drop_files(row.pk)
    _drop_words(Q(request_ids__contains=[row.pk]))
    _drop_words_of_texts(row.number)
    publish(RequestForgotten(row.pk, strike))


def _drop_words(of: Q) -> None:
    """What was said in talks goes, and whom they were with; that a talk was held stays, for the figures."""
    for talk in Talk.objects.select_for_update().filter(of):
        talk.utterances.all().delete()
        talk.marks.all().delete()
        PersonBond.objects.filter(Q(talk=talk) | Q(other=talk)).delete()
        talk.whispers.all().delete()
        _drop_call_backs(Q(talk=talk))
        for draft in talk.drafts.all():
            draft.fields, draft.looked = "", ""
            draft.save(update_fields=["fields", "looked"])
        talk.memory, talk.phone, talk.sender, talk.secret_digest = "", "", "", ""
        CareMark.objects.filter(_same_person(talk)).delete()
        talk.phone_index, talk.sender_index, talk.needs = None, None, []
        talk.save()
        _drop_calls(Q(talk=talk))
        _drop_affected(Q(talk=talk))


def _drop_affected(of: Q) -> None:
    """Whom a bulletin concerned loses the number; that somebody said so stays, for the count."""
    for one in Affected.objects.select_for_update().filter(of):
        one.phone, one.phone_index, one.wants_news = "", None, False
        one.save()


def _same_person(talk: Talk) -> Q:
    """Marks kept for the telephone or the account of a talk."""
    found = Q(phone_index=talk.phone_index) if talk.phone_index else Q(pk__in=[])
    return found | Q(sender_index=talk.sender_index) if talk.sender_index else found


def _drop_calls(of: Q) -> None:
    """Whose calls they were, what their exchanges told and how they sounded; that they came stays, for the figures."""
    for call in Call.objects.select_for_update().filter(of):
        call.events.all().delete()
        recordings.drop(call)
        call.caller, call.caller_index, call.forgotten_at = "", None, now()
        call.save()


def _drop_texts(indexes: list[bytes]) -> None:
    """Messages to a number lose number and words, and what waits is not sent; that it wants none is forgotten as well."""
    TextStop.objects.filter(phone_index__in=indexes).delete()
    CallStop.objects.filter(phone_index__in=indexes).delete()
    for one in TextMessage.objects.select_for_update().filter(phone_index__in=indexes):
        _blank(one)


def _drop_words_of_texts(number: str) -> None:
    """Messages about one request, whose ever the telephone is by now."""
    keys = Q(key=f"received-{number}")
    for template in ("progress", "closed"):
        keys |= Q(key__startswith=f"{template}-{number}-")
    for one in TextMessage.objects.select_for_update().filter(keys):
        _blank(one)


def _blank(message: TextMessage) -> None:
    message.phone, message.words, message.phone_index, message.next_at = "", "", None, None
    if message.state == TextState.WAITING.value:
        message.state, message.reason = TextState.HELD.value, "forgotten"
    message.save()


def _drop_call_backs(of: Q) -> None:
    """Nobody is called any more; that somebody was to be called stays, for the figures."""
    for row in CallBack.objects.select_for_update().filter(of):
        row.attempts.update(note="")
        row.phone, row.phone_index, row.words = "", None, ""
        if row.closed_at is None:
            row.state, row.closed_at, row.why = "given_up", now(), "本人要求删除个人信息"
        row.save()


def _striker(row: Request) -> Callable[[str], str]:
    """Masks personal data in a text, and first whatever names this requester."""
    named = sorted({value for name in SEALED if len(value := getattr(row, name).strip()) > 1}, key=len, reverse=True)

    def strike(text: str) -> str:
        for value in named:
            text = text.replace(value, ERASED)
        return mask_personal(text)

    return strike


def _drop_files(request_id: int) -> None:
    rows = Attachment.objects.filter(request_id=request_id)
    digests = set(rows.values_list("digest", flat=True))
    rows.delete()
    for digest in digests:
        if not Attachment.objects.filter(digest=digest).exists() and not is_kept(digest):
            transaction.on_commit(lambda digest=digest: files.delete(digest))  # type: ignore[misc]
