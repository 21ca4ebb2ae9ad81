"""For the demonstration: a week of forms without a word of anybody, and what is there already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from minhu.directory.access import as_system
from minhu.intake.models import Draft, Request, Seat, Talk
from minhu.intake.types import TalkChannel, TalkState
from minhu.language.dialogue.types import Mode


@dataclass(frozen=True, slots=True)
class PastForm:
    """A form that was registered: when its talk began, when it was done, how long was typed, what became of its fields."""

    channel: TalkChannel
    begun: datetime
    done: datetime
    typing_seconds: int
    outcomes: dict[str, str]
    staff_id: int | None = None
    """Whose it is, where it is not the one's for whom all are put."""
    request_id: int | None = None


def care_is_shown() -> bool:
    """Whether somebody who signs has talked already, so that a demonstration is not loaded twice."""
    with transaction.atomic(), as_system():
        return any(
            "sign:said" in one.needs for one in Talk.objects.filter(needs_said__isnull=False).only("uid", "needs_said")
        )


def somebody_sat(staff_ids: Collection[int]) -> bool:
    """Whether any of these accounts has used its seat, so that a day is not played twice."""
    with transaction.atomic(), as_system():
        return Seat.objects.filter(staff_id__in=staff_ids).exists()


def recent_requests(most: int) -> list[tuple[int, datetime]]:
    """Id and arrival of the latest requests that came by telephone, for forms that are put behind them."""
    rows = Request.objects.filter(channel="phone").order_by("-received_at")
    return list(rows.values_list("pk", "received_at")[:most])


def put_past_forms(staff_id: int, forms: Iterable[PastForm]) -> int:
    """Write ended talks with registered forms; nothing where any form is there already. Returns how many."""
    rows = list(forms)
    with transaction.atomic(), as_system():
        if Draft.objects.exists():
            return 0
        talks = Talk.objects.bulk_create(
            Talk(
                channel=one.channel.value, state=TalkState.ENDED.value, mode=Mode.PERSON_FIRST.value, agent_id=one.staff_id or staff_id,
                opened_at=one.begun, last_at=one.done, handed_at=one.begun, taken_at=one.begun, ended_at=one.done,
            )
            for one in rows
        )  # fmt: skip
        Draft.objects.bulk_create(
            Draft(
                talk=talk, channel=talk.channel, first_word_at=one.begun, registered_at=one.done, registered_by_id=one.staff_id or staff_id,
                typing_seconds=one.typing_seconds, outcomes=one.outcomes, request_id=one.request_id,
            )
            for talk, one in zip(talks, rows, strict=True)
        )  # fmt: skip
    return len(rows)
