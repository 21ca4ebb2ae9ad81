"""A citizen's answers in a talk become a rating, by the same rules as those of the page."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import citizen_actor
from minhu.evaluation.queries import awaits_word
from minhu.evaluation.services import rate
from minhu.evaluation.types import Answers, RatingChannel, Satisfaction
from minhu.handling.queries import public_view
from minhu.intake.types import TalkChannel
from minhu.kernel.errors import MinhuError
from minhu.language.dialogue import survey

_CHANNELS: Final = {TalkChannel.SMS: RatingChannel.SMS, TalkChannel.PHONE: RatingChannel.VOICE}
_WORD: Final = {"yes": True, "no": False}


def keep_answers(request_id: int, channel: TalkChannel, answers: tuple[str, ...]) -> str:
    """Keep them for the order of a request; returns why not, in words to the citizen."""
    said = dict(one.split("=", 1) for one in answers)
    content = said.get(survey.CONTENT, "")
    given = Answers(
        responded=_WORD.get(said.get(survey.RESPONDED, "")),
        solved=_WORD.get(said.get(survey.SOLVED, "")),
        satisfaction=content if content in {one.value for one in Satisfaction} else "",
        comment=said.get(survey.COMMENT, ""),
    )
    try:
        with transaction.atomic(), acting_as(citizen_actor((request_id,))) as citizen:
            rate(public_view(request_id, citizen).number, given, _CHANNELS.get(channel, RatingChannel.WEB))
    except MinhuError as error:
        return error.message
    return ""


def still_asked(request_id: int) -> bool:
    """Whether the request's order waits for its citizen's word and nobody has given it in this round."""
    with acting_as(citizen_actor((request_id,))):
        return awaits_word(request_id)
