"""Whoever handed in a request by leaving a mobile number is told its number and its course by text message.

What happened is noted in its own transaction and costs it one insert; the message is made afterwards. Confidential
requesters are told nothing: others may read their telephone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines import prepared
from minhu.intake.models import Request, TextWish
from minhu.intake.services import survey_calls
from minhu.intake.services.surveying import by_text
from minhu.intake.services.texting import carrier, send_text
from minhu.intake.types import Channel
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError

log = structlog.get_logger("minhu.intake")
AT_ONCE: Final = 200
NO_USE: Final = timedelta(days=1)
SILENT: Final = frozenset({Channel.IMPORT.value, Channel.API.value, Channel.GRID.value})
"""Programs and colleagues tell their people themselves."""
SURVEY: Final = "survey"
"""No message of its own: a talk that asks how a request was handled."""
_NOTE: Final = "INSERT INTO intake_textwish (number, template, state, key, at) VALUES (%s, %s, %s, %s, %s::timestamptz)"


def wish(template: str, number: str, *, key: str, state: str = "") -> None:
    """Note that the requester of an order is to be told, if the house tells such things; ``state``: in words."""
    if template == SURVEY and survey_calls.wanted() != "none":
        prepared.write(_NOTE, (number, template, state, key[:100], now()))
        return
    provider = carrier()
    if provider is None or not (provider.receipts if template == "received" else provider.progress):
        return
    prepared.write(_NOTE, (number, template, state, key[:100], now()))


def fulfil() -> int:
    """One round: make the messages for what was noted; returns how many notes were taken."""
    with transaction.atomic(), as_system():
        wishes = list(TextWish.objects.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
        found = {row.number: row for row in Request.objects.filter(number__in={one.number for one in wishes})}
        for one in wishes:
            row = found.get(one.number)
            if row is None or one.at <= now() - NO_USE or not _wants(row):
                continue
            try:
                with transaction.atomic():
                    _fulfil(one, row)
            except MinhuError as error:  # one that cannot be told keeps no other waiting
                log.warning("text_wish_dropped", template=one.template, code=error.code)
        TextWish.objects.filter(pk__in=[one.pk for one in wishes]).delete()
    return len(wishes)


def _fulfil(one: TextWish, row: Request) -> None:
    if one.template == SURVEY:
        _ask(one, row)
    else:
        values = {"number": one.number, **({"state": one.state} if one.template == "progress" else {})}
        send_text(row.requester_phone, one.template, values, key=one.key)


def _ask(one: TextWish, row: Request) -> None:
    """By text message where that reaches, by telephone where the house does so."""
    called, provider = survey_calls.wanted(), carrier()
    texted = called != "all" and provider is not None and provider.progress and by_text(row)
    if called != "none" and not texted:
        survey_calls.owe(row, one.key)


def _wants(row: Request) -> bool:
    return bool(row.requester_phone) and not row.confidential and row.channel not in SILENT
