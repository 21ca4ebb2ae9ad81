"""Counters that keep guessers and floods out. No row security: they hold digests and numbers only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Attempt(models.Model):
    """Follow codes tried at an order number, by a client, or by one at the other, within the present window."""

    key = models.CharField(max_length=64, primary_key=True, help_text="n:number or c:digest of the client")
    failures = models.PositiveIntegerField(default=0)
    window_from = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["window_from"], name="attempt_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.failures}"


class TokenUse(models.Model):
    """How often a token was used in one minute, summed over all processes."""

    token_id = models.BigIntegerField()
    minute = models.BigIntegerField(help_text="minutes since 1970")
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token_id", "minute"], name="token_minute")]

    def __str__(self) -> str:
        return f"{self.token_id}@{self.minute}: {self.used}"
