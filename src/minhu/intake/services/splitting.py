"""A further request for one matter of an earlier one: it has the same requester, whom nobody needs to read for that."""

from __future__ import annotations

from dataclasses import replace

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.reading import visible_request
from minhu.intake.types import NewRequest
from minhu.kernel.actors import Actor, current_actor

_SAME = ("requester_name", "requester_phone", "requester_phone2", "requester_id_number", "requester_address")


def with_requester_of(new: NewRequest, request_id: int, actor: Actor | None = None) -> NewRequest:
    """``new`` with the requester of an earlier request where it names none itself; nothing of it is shown to anybody.

    The wish for secrecy comes along and is never taken back. Raises NotFound when the request may not be seen and
    NotAllowed for who may not decide on its intake.
    """
    who = actor or current_actor()
    request = visible_request(request_id, who)
    require(Action.DECIDE_INTAKE, request.facts(), who)
    same = {name: getattr(request, name) for name in _SAME if not getattr(new, name)}
    if new.requester_phone and new.requester_phone != request.requester_phone:
        same = {}
    return replace(
        new, **same, confidential=new.confidential or request.confidential, requester_kind=request.requester_kind
    )
