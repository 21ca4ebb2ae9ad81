"""Survey calls in numbers, and the latest of them; numbers masked, for who watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.domain.survey_calls import MOST_TRIES, SurveyEnd, SurveyState
from minhu.intake.models import SurveyCall
from minhu.kernel import masks
from minhu.kernel.clock import now

_WEEK: Final = timedelta(days=7)
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One request that is, or was, to be asked about."""

    number: str
    phone: str
    """Masked."""
    state: SurveyState
    end: SurveyEnd | None
    tries: int
    next_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Surveys:
    """What waits, and how those of a week ended."""

    waiting: int
    calling: int
    ends: tuple[tuple[SurveyEnd, int], ...]
    rows: tuple[SurveyRow, ...]
    most_tries: int = MOST_TRIES

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.rows)


def surveys() -> Surveys:
    """As they stand; for who watches talks."""
    require(Action.WATCH_TALKS)
    moment = now()
    states = dict(SurveyCall.objects.values_list("state").annotate(Count("pk")))
    closed = SurveyCall.objects.filter(closed_at__gt=moment - _WEEK)
    ends = dict(closed.values_list("ended_as").annotate(Count("pk")))
    rows = SurveyCall.objects.select_related("request").order_by("-id")[:_SHOWN]
    return Surveys(
        states.get(SurveyState.WAITING.value, 0), states.get(SurveyState.CALLING.value, 0),
        tuple((one, ends[one.value]) for one in SurveyEnd if ends.get(one.value)),
        tuple(
            SurveyRow(
                row.request.number, masks.phone(str(row.request.requester_phone)), SurveyState(row.state),
                SurveyEnd(row.ended_as) if row.ended_as else None, row.tries, row.next_at, row.closed_at,
            )
            for row in rows
        ),
    )  # fmt: skip
