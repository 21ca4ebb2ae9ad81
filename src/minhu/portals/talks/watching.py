"""A talk on any page of the staff: whoever sees one in a colleague's hands listens in, and that is noted."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from minhu.intake.queries import talks
from minhu.intake.queries.talks import TalkView
from minhu.intake.services import listening
from minhu.intake.types import TalkState
from minhu.kernel.errors import Conflict


def shown(uid: UUID) -> TalkView:
    """The talk; in other hands its reader is noted as a listener first. Raises NotFound for who may not read it."""
    view = talks.talk_for_staff(uid)
    if view.state is TalkState.PERSON and not view.mine:
        with suppress(Conflict):  # it has just left those hands
            listening.listen(uid)
    return view
