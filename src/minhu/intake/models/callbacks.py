"""Call-backs that were promised, what asked for them, and each try; numbers and words are sealed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.domain.callbacks import CallBackSource, CallBackState, TryOutcome
from minhu.intake.models.talks import Talk

OPEN = ("waiting", "calling")


class CallBack(models.Model):
    """Somebody who will be called; one open call-back a person and line, however often he asks or rings."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = EncryptedTextField(row="uid", blank=True, default="")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    line = models.CharField(max_length=32, blank=True)
    words = EncryptedTextField(row="uid", blank=True, default="", help_text="what it is about, as far as known")
    talk = models.ForeignKey(Talk, models.SET_NULL, null=True, blank=True, related_name="call_backs")
    source = models.CharField(max_length=12, choices=[(one.value, one.name) for one in CallBackSource])
    state = models.CharField(
        max_length=8, default=CallBackState.WAITING.value, choices=[(one.value, one.name) for one in CallBackState]
    )
    priority = models.PositiveSmallIntegerField(default=5)
    asked = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField(help_text="of the first asking")
    last_at = models.DateTimeField(help_text="of the last asking")
    appointed = models.BooleanField(default=False)
    next_at = models.DateTimeField(help_text="not before")
    promised_by = models.DateTimeField()
    first_try_at = models.DateTimeField(null=True, blank=True)
    agent = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True, help_text="why nobody calls any more, masked")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_index", "line"], condition=Q(state__in=OPEN), name="call_back_once_a_person"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="call_back_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["phone_index"], name="call_back_phone"),
            models.Index(fields=["first_at"], name="call_back_first"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class CallBackAsk(models.Model):
    """What asked for a call-back: a call in vain or a wish; ``key`` makes each count once."""

    call_back = models.ForeignKey(CallBack, models.CASCADE, related_name="asks")
    source = models.CharField(max_length=12, choices=[(one.value, one.name) for one in CallBackSource])
    key = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.call_back_id} {self.source}"


class CallBackTry(models.Model):
    """One try to call; never edited."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call_back = models.ForeignKey(CallBack, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    staff = models.CharField(max_length=64, help_text="who called")
    outcome = models.CharField(max_length=12, choices=[(one.value, one.name) for one in TryOutcome])
    note = EncryptedTextField(row="uid", blank=True, default="")
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=64, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["call_back", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call_back", "number"], name="call_back_try_number"),
            models.UniqueConstraint(fields=["call_back", "key"], name="call_back_try_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call_back_id}.{self.number}"
