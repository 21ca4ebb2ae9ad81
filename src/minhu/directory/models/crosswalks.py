"""Crosswalks: another house's categories and what each is in ours; and the names nobody has mapped yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.directory.types import VersionState
from minhu.kernel.clock import now


class Crosswalk(models.Model):
    """A version of the crosswalk from one other taxonomy (``kind``: its name); at most one of each is published."""

    kind = models.CharField(max_length=64, help_text="whose taxonomy it is")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in VersionState], default=VersionState.DRAFT.value
    )
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "number"], name="crosswalk_number"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state=VersionState.PUBLISHED.value), name="one_published_crosswalk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.number}"


class CrosswalkLine(models.Model):
    """One category there with what was proposed and what a person decided; an empty target: nothing here fits."""

    version = models.ForeignKey(Crosswalk, models.CASCADE, related_name="lines")
    source_code = models.CharField(max_length=64, blank=True)
    source_path = models.CharField(max_length=255, help_text="names from the root, joined by /")
    proposed = models.JSONField(default=list, help_text="[[code, confidence, reason], …], the best first")
    target_code = models.CharField(max_length=32, blank=True)
    decided = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "source_path"], name="crosswalk_line_once")]

    def __str__(self) -> str:
        return f"{self.source_path} → {self.target_code}"


class CrosswalkGap(models.Model):
    """A category that came through a door and means nothing here: somebody should say what it is."""

    door = models.CharField(max_length=64, help_text="where it came from: import, or the label of the system")
    said = models.CharField(max_length=100)
    count = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-last_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["door", "said"], name="crosswalk_gap_once")]

    def __str__(self) -> str:
        return f"{self.door}: {self.said}"
