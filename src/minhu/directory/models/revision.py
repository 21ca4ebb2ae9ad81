"""A stamp for each topic of the directory, renewed by triggers, so that processes know when to read again."""

from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """The stamp of one topic (areas, units, categories, catalogue, rules); a new one after each change."""

    topic = models.CharField(max_length=16, primary_key=True)
    stamp = models.UUIDField()

    def __str__(self) -> str:
        return self.topic
