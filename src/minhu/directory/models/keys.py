"""How far the sealing of old values with a new key has come. No row security: names of tables and counts only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Rotation(models.Model):
    """One round in which everything is sealed anew with the data key of `version`."""

    version = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"key {self.version}"


class RotationPart(models.Model):
    """One table, or the files: everything up to `cursor` was looked at; a killed process loses one batch."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=64)
    cursor = models.CharField(max_length=80, blank=True, help_text="key of the last row of this pass")
    resealed = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0, help_text="values of this pass that would not open")
    seconds = models.FloatField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["rotation", "name"], name="rotation_part_once")]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="rotation_part_open")
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.rotation_id}"
