"""How an order stands, in words for its citizen: what a talk says to whoever proved with number and code whose it is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import citizen_actor
from minhu.handling.queries.public import public_view
from minhu.language.dialogue.phrases import phrase

LONGEST_REPLY: Final = 300
"""Characters of a reply that are spoken; the whole of it stands on the page."""


def standing(request_id: int) -> str:
    """State, unit, date and reply of the order of a request as its citizen sees them; raises NotFound."""
    with acting_as(citizen_actor((request_id,))) as citizen:
        view = public_view(request_id, citizen)
    due = view.due_at or view.next_by
    details = [phrase("progress_unit", unit=view.unit_name)] if view.unit_name else []
    details += [phrase("progress_due", day=_day(due))] if due else []
    if view.reply:
        details.append(phrase("progress_reply", reply=view.reply[:LONGEST_REPLY].rstrip("。")))
    elif view.timeline:
        last = view.timeline[-1]
        details.append(phrase("progress_last", day=_day(last.at), step=last.text.rstrip("。")))
    return phrase("progress", number=view.number, state=str(view.state_words), details="".join(details))


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日"
