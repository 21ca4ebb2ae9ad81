"""How a post of a message board stands, by its order as the citizen sees it, and the reply that may leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.exchange.domain.boards import PostState, Standing, state_of
from minhu.exchange.models import BoardPost
from minhu.handling.queries.public import public_view
from minhu.handling.types import DONE_STATES
from minhu.intake.queries.outgoing import without_person
from minhu.kernel.actors import SYSTEM

_DONE: Final = frozenset(state.value for state in DONE_STATES)


@dataclass(frozen=True, slots=True)
class Reply:
    """A post with what its board may know of it; ``reply`` is empty unless it may leave."""

    post: BoardPost
    state: PostState
    state_words: str
    unit: str
    reply: str
    replied_at: datetime | None
    masked: bool
    """Personal values were taken out of the reply."""


def standing(row: BoardPost) -> Reply:
    """How a post stands, by its order as the citizen sees it. Needs a wide scope."""
    order = row.order
    view = public_view(order.request_id, SYSTEM)
    matters = [one for one in (order, order.merged_into) if one is not None]
    withheld = bool(view.reply) and any(one.sensitive or one.confidential for one in matters)
    reply = without_person(order.request_id, view.reply) if view.reply and not withheld else ""
    approved = view.replied_at
    state = state_of(
        Standing(
            done=order.state in _DONE, reply=reply, withheld=withheld, deleted=row.deleted_at is not None,
            followed_after=bool(row.followed_at and (approved is None or row.followed_at > approved)),
            taken=row.taken_digest, published=row.published_digest,
        )
    )  # fmt: skip
    return Reply(
        row, state, str(view.state_words), view.unit_name, reply, approved, reply != view.reply and not withheld
    )
