"""Words of the house on their way out: without the requester's own values and whatever else is personal."""

from __future__ import annotations

from minhu.intake.domain.naming import hider
from minhu.intake.models import Request


def without_person(request_id: int, text: str) -> str:
    """``text`` with the values that the requester gave, and others that look personal, masked. Needs a wide scope."""
    return hider(Request.objects.get(pk=request_id))(text)
