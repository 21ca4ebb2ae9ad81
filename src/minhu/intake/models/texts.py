"""Text messages (短信): who carries them, what goes out and what became of it, and who wants none."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.intake.types import TextKind, TextState


class TextProvider(models.Model):
    """Whoever carries text messages for the house; at most one is active."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="the end of our address for it")
    label = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=[(x.value, x.name) for x in TextKind])
    url = models.CharField(max_length=500, blank=True, help_text="where messages go; empty: the simulator")
    sign = models.CharField(max_length=12, help_text="the signature before each message, without 【】")
    secret_out = EncryptedTextField(row="uid", help_text="signs what we send")
    secret_in = EncryptedTextField(row="uid", help_text="signs what it brings")
    receipts = models.BooleanField(default=True, help_text="whoever hands in a request gets its number")
    progress = models.BooleanField(default=False, help_text="and is told of dispatch and end")
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_out_at = models.DateTimeField(null=True, blank=True)
    last_in_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="one_provider_carries_texts"
            )
        ]

    def __str__(self) -> str:
        return self.label


class TextMessage(models.Model):
    """One message to one number; ``key`` is the caller's, so that asking twice sends once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=100, unique=True)
    template = models.CharField(max_length=24)
    phone = EncryptedTextField(row="uid")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    words = EncryptedTextField(row="uid", blank=True, default="")
    state = models.CharField(
        max_length=10, choices=[(x.value, x.name) for x in TextState], default=TextState.WAITING.value
    )
    reason = models.CharField(max_length=32, blank=True, help_text="why it was not sent or did not arrive")
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(help_text="after which it is no use any more")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    provider = models.ForeignKey(TextProvider, models.PROTECT, null=True, blank=True, related_name="+")
    ref = models.CharField(max_length=64, blank=True, help_text="the provider's own number of it")
    talk_uid = models.UUIDField(null=True, blank=True)
    upto = models.PositiveIntegerField(default=0, help_text="number of the utterance up to which it carries a talk")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="text_next", condition=models.Q(state="waiting")),
            models.Index(fields=["phone_index", "-created_at"], name="text_phone"),
            models.Index(fields=["talk_uid", "-upto"], name="text_talk", condition=models.Q(talk_uid__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.uid}"


class TextStop(models.Model):
    """A number that wants no messages (回复 TD)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = EncryptedTextField(row="uid")
    phone_index = LookupIndexField(unique=True, of="phone", purpose="phone")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"stop {self.uid}"


class TextWish(models.Model):
    """A request of whose course its citizen is to be told; noted with what happened, turned into a message after it."""

    number = models.CharField(max_length=20)
    template = models.CharField(max_length=24)
    state = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"
