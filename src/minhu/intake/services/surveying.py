"""Asking a citizen by a machine how a request was handled: by the page, by text message or by telephone.

One survey with several mouths: whichever asks, the answers are kept by ``opinions``, and a person is a word away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.db import transaction

from minhu.directory.access import elevated
from minhu.directory.queries.lines import policy_of
from minhu.engines.secrets import normalise_phone
from minhu.intake.domain import texts
from minhu.intake.models import Request
from minhu.intake.services import talking
from minhu.intake.services.text_talks import tell
from minhu.intake.services.texting import is_stopped
from minhu.intake.types import Begun, TalkChannel
from minhu.kernel.errors import NotFound
from minhu.language.dialogue import survey, survey_call
from minhu.language.dialogue.types import Mode

WHY: Final = "the requester has no account here"


def begin(request_id: int, channel: TalkChannel, *, phone: str = "") -> Begun:
    """Open a talk that asks about one request; the caller has made sure whose it is. Raises NotFound."""
    with transaction.atomic(), elevated(WHY):
        row = Request.objects.filter(pk=request_id).first()
        if row is None:
            raise NotFound("没有找到这件诉求。", code="not_found")
        sender = phone if channel is TalkChannel.SMS else ""
        policy = replace(policy_of(""), mode=Mode.MACHINE_FIRST)
        called = channel is TalkChannel.PHONE
        first = survey_call.opened(row.pk) if called else survey.opened(row.pk, row.number)
        return talking.begin(channel, policy=policy, sender=sender, phone=phone, first=first)


def by_text(row: Request) -> bool:
    """Ask the requester by text message; his answers continue the talk. False for who has no mobile or wants none."""
    digits = normalise_phone(row.requester_phone)
    if not texts.is_mobile(digits) or is_stopped(digits):
        return False
    tell(begin(row.pk, TalkChannel.SMS, phone=digits).uid)
    return True
