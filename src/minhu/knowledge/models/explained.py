"""What is made from a version: signatures under its interpretation, questions with answers."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from minhu.knowledge.models.documents import Version
from minhu.knowledge.types import PairState
from minhu.language.papers.questions import About


class Signature(models.Model):
    """A person stands for the interpretation of a version as it was then; ``digest`` tells whether it still is."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="signature")
    digest = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["version_id"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.signed_by}"


class MadePair(models.Model):
    """A question with its answer made from a version; seen by whoever may see the version, used once accepted."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="pairs")
    about = models.CharField(max_length=10, choices=[(one.value, one.value) for one in About])
    detail = models.CharField(max_length=200, blank=True)
    questions = ArrayField(models.CharField(max_length=300), help_text="one wording for each style, in its order")
    answer = models.TextField(help_text="words of the passages")
    passages = ArrayField(models.PositiveIntegerField())
    state = models.CharField(max_length=8, choices=[(x.value, x.name) for x in PairState], default=PairState.NEW.value)
    words = SearchVectorField(null=True)
    made_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["version_id", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "about", "detail"], name="pair_once")]
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="pair_words", condition=models.Q(state="accepted")),
            models.Index(fields=["version"], name="pair_waiting", condition=models.Q(state__in=["new", "stale"])),
        ]

    def __str__(self) -> str:
        return self.questions[0] if self.questions else str(self.pk)
