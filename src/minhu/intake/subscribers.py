"""What one part of intake does when another has news."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.intake.events import CallSettled, SurveyEnded
from minhu.intake.services import calling_back, survey_calls
from minhu.kernel.clock import now
from minhu.kernel.events import subscribe

FRESH: Final = timedelta(days=1)
"""Calls of an older log are history: nobody is called back for them."""


@subscribe(CallSettled)
def on_call_settled(event: CallSettled) -> None:
    """Whoever rang in vain stands in the queue of call-backs; a call that was answered after all leaves it."""
    if event.outgoing:
        survey_calls.settled(event.call_id, event.outcome)
        return
    if not event.has_caller or now() - event.ended_at > FRESH:
        return
    if event.missed:
        calling_back.for_call(event.uid, event.outcome)
    elif event.before is not None:
        calling_back.not_needed(event.uid)


@subscribe(SurveyEnded)
def on_survey_ended(event: SurveyEnded) -> None:
    """What a called person wished: an appointment, no calls any more, or nothing further."""
    survey_calls.ended(event.talk_id, event.end, event.wished)
