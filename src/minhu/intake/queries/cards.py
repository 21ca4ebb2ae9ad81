"""The request as one actor may see it, and the opening of single personal values with a reason.

Rules (personal data minimal, masked by purpose, every reading logged): `domain.sight` has the table. Every value that
is shown in clear, and words that hold personal data, are entered in the reading log; beyond an hour's limit
(`reading_limits`) values are masked and each needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from minhu.directory.access import require
from minhu.directory.policy import Action, decide
from minhu.directory.types import UNIT_ROLES
from minhu.intake import reading_limits
from minhu.intake.domain.naming import hider
from minhu.intake.domain.retention import ERASED
from minhu.intake.domain.sight import Shown, Standing, Where, shown
from minhu.intake.domain.validation import checked_words
from minhu.intake.models import Request
from minhu.intake.queries.files import attachments_of
from minhu.intake.queries.suggestions import decision_of
from minhu.intake.reading import visible_request
from minhu.intake.types import (
    Channel,
    PersonalField,
    PersonalValue,
    RequestCard,
    SupplementView,
)
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.kernel.numbers import normalise_number
from minhu.language.personal import find_personal, mask_personal
from minhu.ledger import services as ledger

F = PersonalField


def _place(text: str) -> str:
    """A place down to its street; where none is recognised in the words, that is said instead of bare stars."""
    shown = masks.address(text)
    return shown if shown.strip("*") or not shown else "地点未识别"


_FIELDS: Final[dict[PersonalField, tuple[str, str, Callable[[str], str]]]] = {
    F.NAME: ("requester_name", "姓名", masks.name),
    F.PHONE: ("requester_phone", "联系电话", masks.phone),
    F.PHONE2: ("requester_phone2", "备用电话", masks.phone),
    F.ID_NUMBER: ("requester_id_number", "身份证号", masks.identity),
    F.ADDRESS: ("requester_address", "联系地址", masks.address),
    F.PLACE: ("place_text", "事发地点", _place),
}
_OPEN_WORDS: Final = frozenset({Standing.HOTLINE, Standing.UNIT})


def request_card(
    request_id: int, actor: Actor | None = None, purpose: str = "", *, where: Where = Where.CARD
) -> RequestCard:
    """The request for `actor` (default: the current one); raises NotFound when it may not be seen.

    What is read in clear is entered in the reading log under `purpose`; beyond the hour's limit nothing is in clear.
    """
    who = actor or current_actor()
    request = visible_request(request_id, who)
    standing = standing_of(request, who)
    personal = tuple(value for field in F if (value := _value(request, field, standing, where)) is not None)
    clear = [value.field.value for value in personal if not value.masked]
    if clear and not reading_limits.may_read_freely(who, request_id):
        personal, clear = tuple(_veiled(request, value) for value in personal), []
    if standing in _OPEN_WORDS and find_personal(f"{request.title}\n{request.text}"):
        clear.append("words")
    if clear:
        ledger.record_access(("request", request_id), purpose or "查看工单", clear)
    words = words_for(request, who, standing)
    return RequestCard(
        request_id=request.pk,
        number=request.number,
        channel=Channel(request.channel),
        channel_label=Channel(request.channel).label,
        received_at=request.received_at,
        title=words(request.title),
        text=words(request.text),
        request_type=request.request_type,
        happened_at=request.happened_at,
        latitude=request.latitude if standing in _OPEN_WORDS else None,
        longitude=request.longitude if standing in _OPEN_WORDS else None,
        requester_kind=request.requester_kind,
        special_group=request.special_group,
        confidential=request.confidential,
        requester_hidden=standing is Standing.UNIT_CONFIDENTIAL,
        wants_callback=request.wants_callback,
        language=request.language,
        call_id=request.call_id if standing in _OPEN_WORDS else "",
        personal=personal,
        supplements=tuple(
            SupplementView(row.pk, words(row.text), row.added_at, row.added_by) for row in request.supplements.all()
        ),
        attachments=attachments_of(request_id, who),
        decision=decision_of(request_id, who),
    )


def reads_all_words(actor: Actor) -> bool:
    """Whether the actor is shown the words of every request as they came, without masks."""
    return bool(decide(_without_units(actor), Action.VIEW_REQUESTER))


def shown_texts(request_ids: Collection[int], actor: Actor | None = None) -> dict[int, str]:
    """Title and text of requests as the actor is shown them, by id; those that may not be seen are left out."""
    who = actor or current_actor()
    rows = [row for row in Request.objects.filter(pk__in=request_ids) if decide(who, Action.VIEW_ORDER, row.facts())]
    return {row.pk: words_for(row, who, standing_of(row, who))(f"{row.title}\n{row.text}") for row in rows}


def reveal(request_id: int, field: PersonalField | str, reason: str, *, actor: Actor | None = None) -> str:
    """One personal value in clear, entered in the reading log with `reason` (2 to 200 characters).

    Raises NotFound, NotAllowed (also for units when the request is confidential), Invalid.
    """
    who = actor or current_actor()
    name = str(field).removeprefix("requester_").removesuffix("_text")
    if name not in set(F):
        raise Invalid("没有这项个人信息。", fields={"field": str(field)[:40]})
    why = checked_words(reason, most=200)
    request = visible_request(request_id, who)
    require(Action.VIEW_REQUESTER, request.facts(), who)
    if standing_of(request, who) is Standing.UNIT_CONFIDENTIAL:
        raise NotAllowed("诉求人要求保密，承办单位不能查看其个人信息；需要联系时请通过热线中心。", code="confidential")
    reading_limits.check_reason_limit(who, request_id)
    ledger.record_access(("request", request_id), why, [name])
    return str(getattr(request, _FIELDS[F(name)][0]))


def request_id_of(number: str) -> int | None:
    """The id of the request with a number, if row security shows it to the present transaction."""
    return Request.objects.filter(number=normalise_number(number)).values_list("pk", flat=True).first()


def _is_own(request: Request, who: Actor) -> bool:
    return who.kind == "citizen" and request.pk in who.own_requests


def words_for(request: Request, who: Actor, standing: Standing) -> Callable[[str], str]:
    """How the actor reads the words: as they came, with masked numbers, or also without what names the requester."""
    if standing in _OPEN_WORDS or standing is Standing.REQUESTER:
        return str
    return mask_personal if standing is not Standing.UNIT_CONFIDENTIAL else hider(request)


def _without_units(who: Actor) -> Actor:
    return Actor(who.kind, who.id, roles=frozenset(who.roles) - UNIT_ROLES, staff_id=who.staff_id)


def standing_of(request: Request, who: Actor) -> Standing:
    """How the actor stands to a request; a line of `domain.sight.TABLE`."""
    if _is_own(request, who):
        return Standing.REQUESTER
    if decide(_without_units(who), Action.VIEW_REQUESTER, request.facts()):
        return Standing.HOTLINE
    if decide(who, Action.VIEW_REQUESTER, request.facts()):
        return Standing.UNIT_CONFIDENTIAL if request.confidential else Standing.UNIT
    return Standing.UNIT_CONFIDENTIAL if request.confidential and UNIT_ROLES & who.roles else Standing.ONLOOKER


def personal_value(request: Request, field: PersonalField, who: Actor, where: Where) -> str:
    """One value as a list or a file shows it: as it is, masked, or ''."""
    found = _value(request, field, standing_of(request, who), where)
    return found.shown if found else ""


def _value(request: Request, field: PersonalField, standing: Standing, where: Where) -> PersonalValue | None:
    how = shown(field, standing, where)
    column, label, mask = _FIELDS[field]
    if how is Shown.HIDDEN or not (text := getattr(request, column)):
        return None
    if text == ERASED:
        return PersonalValue(field, label, ERASED, masked=True, may_reveal=False)
    if how is Shown.CLEAR:
        return PersonalValue(field, label, text, masked=False, may_reveal=False)
    return PersonalValue(field, label, mask(text), masked=True, may_reveal=how is Shown.OPENABLE)


def _veiled(request: Request, value: PersonalValue) -> PersonalValue:
    """A value that would be in clear, for somebody who has read too many: masked, opened with a reason."""
    if value.masked:
        return value
    column, _, mask = _FIELDS[value.field]
    return PersonalValue(value.field, value.label, mask(getattr(request, column)), masked=True, may_reveal=True)
