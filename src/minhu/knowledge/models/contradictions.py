"""Contradictions that were found, and which versions were looked at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.knowledge.models.documents import Version
from minhu.knowledge.types import Verdict
from minhu.language.contradictions.types import Sort


class Contradiction(models.Model):
    """Two sentences of two versions that give one matter differently; seen by whoever may see both versions."""

    sort = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Sort])
    score = models.FloatField()
    first = models.ForeignKey(Version, models.CASCADE, related_name="+")
    first_passage = models.PositiveIntegerField()
    first_start = models.PositiveIntegerField(help_text="the figure in the passage's text")
    first_end = models.PositiveIntegerField()
    second = models.ForeignKey(Version, models.CASCADE, related_name="+")
    second_passage = models.PositiveIntegerField()
    second_start = models.PositiveIntegerField()
    second_end = models.PositiveIntegerField()
    memory = models.CharField(
        max_length=64, help_text="digest of both sentences without their figures, in either order"
    )
    verdict = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Verdict], default=Verdict.OPEN.value)
    reason = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-score", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["first", "first_passage", "second", "second_passage"], name="contradiction_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["memory"], name="contradiction_memory"),
            models.Index(fields=["second"], name="contradiction_open", condition=models.Q(verdict="open")),
        ]

    def __str__(self) -> str:
        return f"{self.sort} {self.first_id}:{self.first_passage} {self.second_id}:{self.second_passage}"


class Looked(models.Model):
    """A version that was compared with the others; those without a row wait for the loop."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="looked")
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True, help_text="questions were made from it")

    class Meta:
        ordering: ClassVar = ["version_id"]

    def __str__(self) -> str:
        return str(self.version_id)
