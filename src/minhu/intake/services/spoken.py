"""What the house said lately in the talks of a channel, for whoever carries words to it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from minhu.directory.access import elevated
from minhu.intake.models import Talk
from minhu.intake.types import Speaker, TalkChannel

WHY: Final = "words are carried to a citizen without an account"
MOST: Final = 5_000


def talks_with(request_id: int) -> list[UUID]:
    """The talks from which a request was opened, for rooms that keep something of theirs. Needs a wide scope."""
    return list(Talk.objects.filter(request_ids__contains=[request_id]).values_list("uid", flat=True))


def spoken_since(channel: TalkChannel, moment: datetime) -> dict[UUID, int]:
    """Talks of a channel in which anybody spoke after ``moment``, with the number of the house's last utterance."""
    with transaction.atomic(), elevated(WHY):
        rows = (
            Talk.objects.filter(channel=channel.value, last_at__gt=moment)
            .annotate(spoken=Max("utterances__number", filter=~Q(utterances__speaker=Speaker.CITIZEN.value)))
            .order_by("-last_at")
            .values_list("uid", "spoken")[:MOST]
        )
        return {uid: number for uid, number in rows if number}
