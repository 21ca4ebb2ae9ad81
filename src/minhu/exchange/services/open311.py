"""Reports that come in through Open311: received like any other request, with the category that was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from minhu.directory.access import acting_as, elevated
from minhu.directory.queries.actors import partner_actor
from minhu.directory.types import TokenInfo
from minhu.exchange.services import published, theirs
from minhu.exchange.services.once import once
from minhu.handling.queries import visible_orders
from minhu.handling.types import State
from minhu.intake import services as intake
from minhu.intake.types import NewRequest
from minhu.kernel.actors import SYSTEM
from minhu.kernel.errors import NotFound

UNDECIDED = frozenset({State.RECEIVED.value, State.INCOMPLETE.value})


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report became; ``decided``: a person or a rule has accepted (or refused) it."""

    number: str
    token: str
    code: str
    wording: str
    created: bool
    decided: bool


def report(new: NewRequest, category_id: int, token: TokenInfo) -> Reported:
    """Receive a request with the category its reporter chose from the list of services (errors as ``receive``)."""
    with transaction.atomic():
        receipt = intake.receive(new, actor=partner_actor(token), token=token.id)
        if receipt.created:
            theirs.put(receipt.number, category_id, "按上报时所选服务确定分类")
        with elevated("the reporter is told how far the request is that he has just made"):
            row = visible_orders(SYSTEM).filter(number=receipt.number).values_list("request__uid", "state").get()
    return Reported(
        receipt.number, str(row[0]), receipt.code, receipt.wording, receipt.created, row[1] not in UNDECIDED
    )


def found_by_token(uid: str) -> tuple[str, bool]:
    """The number behind a token, and whether it has been decided; raises NotFound."""
    with transaction.atomic(), elevated("a token that was answered leads to its number"):
        row = visible_orders(SYSTEM).filter(request__uid=uid).order_by("id").values_list("number", "state").first()
    if row is None:
        raise NotFound("没有这个 token。")
    return row[0], row[1] not in UNDECIDED


def add_update(number: str, update_id: str, text: str, token: TokenInfo) -> str:
    """Add words to a request that this token brought in; the same ``update_id`` again adds nothing.

    Returns the id of the update. Raises NotFound for other requests, Conflict when the id was used for other words.
    """
    with transaction.atomic():
        request_id = published.own_request(number, token.id)
        if request_id is None:
            raise NotFound("没有这件诉求，或者不是本 api_key 提交的诉求。")
        with acting_as(partner_actor(token, (request_id,))):
            if not update_id:
                return str(intake.supplement(request_id, text))
            answer = once(
                f"token:{token.id}", f"update:{update_id}", "open311.update", f"{number}\0{text}".encode(),
                lambda: {"id": intake.supplement(request_id, text)},
            )  # fmt: skip
            return str(answer["id"])
