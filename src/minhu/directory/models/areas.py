"""Areas in six levels, with dated boundaries, and the landmarks people name instead of them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import AreaLevel


class Area(models.Model):
    """An administrative or functional area; ``code`` follows the statistical division codes."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=64)
    level = models.PositiveSmallIntegerField(choices=[(x.value, x.name) for x in AreaLevel])
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=160, help_text="codes from the root down, joined by '/'")
    path_name = models.CharField(max_length=255, help_text="names from the root down, joined by '/'")
    aliases = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    functional = models.BooleanField(default=False, help_text="a functional zone (高新区 …)")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaces")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True, help_text="GeoJSON polygon, WGS 84")

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [
            models.Index(fields=["path"], name="area_path", opclasses=["text_pattern_ops"]),
            models.Index(fields=["name"], name="area_name"),
        ]

    def __str__(self) -> str:
        return self.path_name.replace("/", "")


class Landmark(models.Model):
    """A named place inside an area: estate, road, school, hospital, station, market."""

    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    area = models.ForeignKey(Area, models.PROTECT, related_name="landmarks")
    aliases = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "area"], name="landmark_once_per_area")]

    def __str__(self) -> str:
        return self.name
