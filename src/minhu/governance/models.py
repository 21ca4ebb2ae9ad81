"""The daily brief: what the house counted of one day, in sentences, and what a person published of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Brief(models.Model):
    """One day's brief; ``lines`` are sentences with the figures they hold and the filter of the orders behind each."""

    day = models.DateField(unique=True)
    lines = models.JSONField()
    made_at = models.DateTimeField()
    maker = models.CharField(max_length=32)
    text = models.TextField(blank=True, help_text="as published")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()
