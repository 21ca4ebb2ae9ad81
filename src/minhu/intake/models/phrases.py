"""Standard phrases of the desk, each with its versions, and how often they are used; no citizen's word in them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.intake.domain.phrases import Scene


class Phrase(models.Model):
    """One version of a phrase; what is changed is a further version, and the one before is kept."""

    code = models.UUIDField(default=uuid.uuid4, editable=False, help_text="the same through all versions")
    version = models.PositiveSmallIntegerField(default=1)
    scene = models.CharField(max_length=12, choices=[(one.value, one.name) for one in Scene])
    title = models.CharField(max_length=30)
    text = models.CharField(max_length=300)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=64, help_text="user name")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when a further version came or it was retired")
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="phrase_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(ended_at=None), name="phrase_once_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class PhraseUse(models.Model):
    """A version was put into an agent's words; never edited."""

    phrase = models.ForeignKey(Phrase, models.CASCADE, related_name="uses")
    staff = models.ForeignKey("directory.Staff", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at", "phrase"], name="phrase_uses")]

    def __str__(self) -> str:
        return f"{self.phrase_id} {self.at:%F %T}"
