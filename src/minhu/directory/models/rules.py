"""Versioned rule sets: deadlines, intake rules, reasons, supervision, calendar, automation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.directory.types import RuleKind, VersionState
from minhu.kernel.clock import now


class RuleSet(models.Model):
    """One version of one kind of rules; the room that uses it parses ``content`` into types."""

    kind = models.CharField(max_length=16, choices=[(x.value, x.name) for x in RuleKind])
    version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12,
        choices=[(x.value, x.name) for x in VersionState],
        default=VersionState.DRAFT.value,
    )
    content = models.JSONField()
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="rule_version_once"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state=VersionState.PUBLISHED.value),
                name="one_published_rule_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
