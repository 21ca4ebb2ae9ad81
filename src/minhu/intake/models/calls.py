"""A telephone call (通话): what its exchange told of it, and its sound; the words that were said are its talk's."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.models.talks import Talk
from minhu.intake.types import CallOutcome, CallPhase


class Call(models.Model):
    """One call, known by its exchange's name of it; times and phase are read off its events, whatever their order."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=64, help_text="the exchange that tells of it")
    key = models.CharField(max_length=200, help_text="the exchange's name of the call")
    talk = models.OneToOneField(
        Talk, models.PROTECT, null=True, blank=True, related_name="call", help_text="none before anybody speaks"
    )
    line = models.CharField(max_length=32, blank=True, help_text="code of the line of business that was called")
    caller = EncryptedTextField(row="uid", blank=True, default="")
    caller_index = LookupIndexField(null=True, blank=True, of="caller", purpose="phone")
    phase = models.CharField(
        max_length=8, default=CallPhase.RINGING.value, choices=[(x.value, x.name) for x in CallPhase]
    )
    outcome = models.CharField(max_length=12, blank=True, choices=[(x.value, x.name) for x in CallOutcome])
    queue = models.CharField(max_length=200, blank=True)
    agent = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    by_bot = models.BooleanField(default=False, help_text="a machine answered it")
    outgoing = models.BooleanField(default=False, help_text="the house placed it")
    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True, help_text="since when it waits for a person")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="a person speaks with the caller")
    ended_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="since when its sound is not kept any more")
    wrap_up_seconds = models.PositiveIntegerField(null=True, blank=True, help_text="the agent's work after it")

    class Meta:
        ordering: ClassVar = ["-arrived_at", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "key"], name="call_once")]
        indexes: ClassVar = [
            models.Index(fields=["arrived_at"], name="call_arrived"),
            models.Index(fields=["line", "arrived_at"], name="call_of_line"),
            models.Index(fields=["queued_at"], name="call_running", condition=~Q(phase="over")),
            models.Index(fields=["caller_index", "arrived_at"], name="call_caller"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.uid}"


class CallEvent(models.Model):
    """One event as its exchange told it; kept once, never edited. Details are sealed: numbers, keys that were pressed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    detail = EncryptedTextField(row="uid", blank=True, default="")
    key = models.CharField(max_length=64, help_text="digest of what tells it from any other event of the call")

    class Meta:
        ordering: ClassVar = ["call", "at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "key"], name="call_event_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.kind}"


class Recording(models.Model):
    """A piece of a call's sound in the file store: the citizen on the left channel, the agent or the bot on the right."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="recordings")
    number = models.PositiveIntegerField(help_text="its place in the call, from 1")
    began_ms = models.PositiveBigIntegerField(help_text="milliseconds since the call arrived")
    milliseconds = models.PositiveIntegerField()
    rate = models.PositiveIntegerField(help_text="samples of a second")
    digest = models.CharField(max_length=64, help_text="its address in the file store")
    size = models.PositiveBigIntegerField()
    at = models.DateTimeField(help_text="when it was kept")

    class Meta:
        ordering: ClassVar = ["call", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "number"], name="recording_number")]
        indexes: ClassVar = [models.Index(fields=["digest"], name="recording_digest")]

    def __str__(self) -> str:
        return f"{self.call_id}.{self.number}"
