"""What a chat model was asked and said, and what all processes must know before they ask it again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.intake.models.requests import Request


class ChatState(models.Model):
    """The breaker of one endpoint, shared by all processes."""

    endpoint = models.CharField(max_length=64, primary_key=True, help_text="digest of address and model")
    failures = models.PositiveIntegerField(default=0, help_text="one after another")
    opened = models.PositiveIntegerField(default=0, help_text="times opened without an answer in between")
    open_until = models.DateTimeField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True, help_text="somebody is trying whether it works again")

    def __str__(self) -> str:
        return self.endpoint[:8]


class ChatDay(models.Model):
    """Tokens reserved and spent on one day (China time)."""

    day = models.DateField(primary_key=True)
    tokens = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.tokens}"


class ChatCount(models.Model):
    """How questions of one day ended."""

    day = models.DateField()
    outcome = models.CharField(max_length=20)
    questions = models.BigIntegerField(default=0)
    tokens = models.BigIntegerField(default=0)
    milliseconds = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "outcome"], name="chat_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome}"


class Consultation(models.Model):
    """One request before the chat model: taken, to be tried again, or done; beside the embedded suggestions."""

    request = models.OneToOneField(Request, models.CASCADE, primary_key=True, related_name="consultation")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, help_text="when to try (again); empty: done")
    outcome = models.CharField(max_length=20, blank=True)
    maker = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    key = models.BinaryField(max_length=16, null=True, blank=True, help_text="keyed hash of model, question and words")
    answer = models.JSONField(null=True, blank=True, help_text="values of the schema, personal data taken out")
    advice = models.JSONField(null=True, blank=True, help_text="what the text bears out, as this city's values")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="consultation_due"),
            models.Index(fields=["key"], condition=models.Q(answer__isnull=False), name="consultation_key"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.outcome}"
