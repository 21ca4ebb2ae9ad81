"""The duty graph (权责清单): which unit has which duty for which matters, where, by which law."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import VersionState
from minhu.kernel.clock import now


class DutyVersion(models.Model):
    """A version of the whole list; at most one is published."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in VersionState], default=VersionState.DRAFT.value
    )
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state=VersionState.PUBLISHED.value), name="one_published_duty_list"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Duty(models.Model):
    """One duty. ``owner`` is a rule as in the catalogue: ``unit:CODE``, ``branch:CODE``, ``street`` …"""

    version = models.ForeignKey(DutyVersion, models.CASCADE, related_name="duties")
    owner = models.CharField(max_length=64)
    category_code = models.CharField(max_length=32, help_text="a node: holds for everything below it")
    area_code = models.CharField(max_length=20, blank=True, help_text="empty: everywhere")
    duty = models.CharField(max_length=120, help_text="the matter in words")
    basis = models.CharField(max_length=255, help_text="law and clause")
    words = ArrayField(models.CharField(max_length=32), default=list, blank=True, help_text="empty: whatever is said")

    class Meta:
        ordering: ClassVar = ["category_code", "area_code", "id"]

    def __str__(self) -> str:
        return f"{self.owner}: {self.duty}"
