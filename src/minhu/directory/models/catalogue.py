"""The dispatch catalogue (派单目录): which unit leads for a category in an area, and why."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import VersionState
from minhu.kernel.clock import now


class CatalogueVersion(models.Model):
    """A version of the whole catalogue; exactly one is published."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(
        max_length=12,
        choices=[(x.value, x.name) for x in VersionState],
        default=VersionState.DRAFT.value,
    )
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state=VersionState.PUBLISHED.value),
                name="one_published_catalogue",
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class CatalogueItem(models.Model):
    """One line. The most specific line wins: longest category, then longest area, then type.

    ``lead`` and each of ``assist`` is a rule: ``unit:CODE`` (that unit), ``branch:CODE`` (the branch
    of that bureau in the county of the place, else the bureau), ``street`` / ``community`` /
    ``grid`` (the unit of that level at the place, else the next level up).
    """

    version = models.ForeignKey(CatalogueVersion, models.CASCADE, related_name="items")
    category_code = models.CharField(max_length=32, help_text="a node: holds for everything below it")
    area_code = models.CharField(max_length=20, blank=True, help_text="empty: everywhere")
    request_type = models.CharField(max_length=16, blank=True, help_text="empty: every type")
    lead = models.CharField(max_length=64)
    assist = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    deadline_key = models.CharField(max_length=32, blank=True)
    difficulty = models.CharField(max_length=16, default="normal")
    basis = models.CharField(max_length=255)

    class Meta:
        ordering: ClassVar = ["category_code", "area_code", "request_type"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "category_code", "area_code", "request_type"],
                name="catalogue_line_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_code}@{self.area_code or '*'} → {self.lead}"
