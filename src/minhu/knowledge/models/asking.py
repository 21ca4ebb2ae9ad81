"""What was asked, and what came of it: for figures, ratings and the queue of questions nothing answered."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from minhu.knowledge.domain.quality import Rated
from minhu.knowledge.models.documents import KEY, Version
from minhu.knowledge.models.questions import OpenQuestion
from minhu.knowledge.types import Door, Outcome


class Asking(models.Model):
    """One question with its outcome. Its words are kept masked; who asked is not kept, unless it was staff."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, help_text="by which whoever asked rates the answer")
    at = models.DateTimeField()
    door = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Door])
    staff = models.CharField(max_length=64, blank=True)
    question = models.CharField(max_length=500, help_text="personal values masked")
    follows = models.CharField(max_length=500, blank=True, help_text="what was asked before it, masked")
    engine = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Outcome])
    reason = models.CharField(max_length=20, blank=True, help_text="why nothing was answered")
    confidence = models.FloatField(default=0.0)
    milliseconds = models.PositiveIntegerField(default=0)
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+", help_text="the one cited")
    passage = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    category_code = models.CharField(max_length=32, blank=True, help_text="of the document cited")
    helpful = models.BooleanField(null=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    complaint = models.CharField(max_length=300, blank=True, help_text="what was wrong, masked")
    rated = models.CharField(max_length=12, blank=True, choices=[(x.value, x.name) for x in Rated])
    rated_by = models.CharField(max_length=64, blank=True, help_text="staff only")
    answer = models.TextField(blank=True, help_text="what was said, in words of the paper cited")
    handed_at = models.DateTimeField(null=True, help_text="when whoever asked went on to a person")
    queued = models.ForeignKey(
        OpenQuestion, models.SET_NULL, null=True, related_name="askings", help_text="the question it waits in"
    )
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            GinIndex(fields=["keys"], name="asking_keys"),
            models.Index(fields=["at"], name="asking_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%F %T}"
