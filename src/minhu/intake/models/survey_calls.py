"""Calls that ask how a request was handled, numbers that want none, and how the exchange is connected."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.domain.survey_calls import SurveyEnd, SurveyState
from minhu.intake.models.calls import Call
from minhu.intake.models.requests import Request


class SurveyCall(models.Model):
    """One request to be asked about; the number is the request's own. ``key`` makes each answer asked about once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(Request, models.CASCADE, related_name="survey_calls")
    key = models.CharField(max_length=100, unique=True)
    state = models.CharField(
        max_length=8, default=SurveyState.WAITING.value, choices=[(x.value, x.name) for x in SurveyState]
    )
    ended_as = models.CharField(max_length=10, blank=True, choices=[(x.value, x.name) for x in SurveyEnd])
    last = models.CharField(max_length=12, blank=True, help_text="what came of the last try")
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(help_text="not before")
    placed_at = models.DateTimeField(null=True, blank=True, help_text="the last try")
    closed_at = models.DateTimeField(null=True, blank=True)
    call = models.OneToOneField(
        Call, models.SET_NULL, null=True, blank=True, related_name="survey", help_text="the last try"
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="survey_call_due", condition=models.Q(state="waiting")),
            models.Index(fields=["placed_at"], name="survey_call_on", condition=models.Q(state="calling")),
            models.Index(fields=["closed_at"], name="survey_call_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class CallStop(models.Model):
    """A number that wants no calls of ours (回访免打扰)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = EncryptedTextField(row="uid")
    phone_index = LookupIndexField(unique=True, of="phone", purpose="phone")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"no calls {self.uid}"


class ExchangeLink(models.Model):
    """How the house is connected to an exchange just now; one row for each, written by who holds the connection."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    since = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="when its keeper last said so")
    last_event_at = models.DateTimeField(null=True, blank=True)
    events = models.PositiveBigIntegerField(default=0)
    unread = models.PositiveBigIntegerField(default=0, help_text="messages that could not be read")
    breaks = models.PositiveBigIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
