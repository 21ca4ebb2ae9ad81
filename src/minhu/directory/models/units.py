"""Handling units and how they hang together."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import UnitKind


class Unit(models.Model):
    """A unit that can be given work: bureau, branch, township, community, grid station, enterprise."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64, unique=True)
    short_name = models.CharField(max_length=32, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    ancestor_ids = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text="from the root down, itself excluded"
    )
    kind = models.CharField(max_length=16, choices=[(x.value, x.name) for x in UnitKind])
    unit_class = models.CharField(max_length=32, blank=True, help_text="class for fair comparison")
    grade = models.CharField(max_length=16, blank=True)
    area = models.ForeignKey("directory.Area", models.PROTECT, null=True, related_name="units")
    bureau_code = models.CharField(
        max_length=32, blank=True, help_text="for a branch: the code of the city bureau above it"
    )
    hours = models.CharField(max_length=32, default="office", help_text="working hours profile")
    phone = models.CharField(max_length=32, blank=True)
    duties = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.short_name or self.name
