"""Loads a request for an actor: what may not be seen looks as if it did not exist."""

from __future__ import annotations

from minhu.directory.policy import Action, decide
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.intake.models import Request
from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotFound


def visible_request(request_id: int, actor: Actor) -> Request:
    """The request, if row security and policy show it to `actor`; raises NotFound."""
    found = Request.objects.filter(pk=request_id).first()
    if found is None or not decide(actor, Action.VIEW_ORDER, found.facts()):
        raise NotFound("没有找到这件诉求，或者您无权查看。请核对编号。", code="not_found")
    return found


def same_caller(row: Request) -> list[bytes]:
    """The indexes of the telephone that a request came from, under every key; none where nothing leads to it."""
    if row.phone_index is None:
        return []
    own = bytes(row.phone_index)
    if len(lookup.versions()[1]) == 1:
        return [own]
    phone = row.requester_phone
    for form in (phone, normalise_phone(phone)):
        if form and own in (found := lookup.indexes(form, "phone")):
            return found
    return [own]
