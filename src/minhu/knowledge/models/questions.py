"""Questions that no answer helped with, one row for all askings alike, until a person has settled them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from minhu.knowledge.models.documents import KEY, Document
from minhu.knowledge.types import Settled, Trouble


class OpenQuestion(models.Model):
    """What was asked, masked, how often, what was wrong with the answer, and how it was settled."""

    sign = models.CharField(max_length=64, unique=True, help_text="of its terms and of the document cited")
    question = models.CharField(max_length=500)
    complaint = models.CharField(max_length=300, blank=True)
    trouble = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Trouble])
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    cited = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+")
    terms = ArrayField(models.CharField(max_length=40), default=list, help_text="by which askings alike are found")
    assigned_to = models.CharField(max_length=64, blank=True, help_text="account")
    assigned_at = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    settled = models.CharField(max_length=12, blank=True, choices=[(x.value, x.name) for x in Settled])
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+", help_text="that answers now")
    note = models.CharField(max_length=300, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["-times", "-last_at", "-id"]
        indexes: ClassVar = [GinIndex(fields=["terms"], name="question_terms")]

    def __str__(self) -> str:
        return f"{self.trouble} {self.times}"


class Wording(models.Model):
    """Words of callers and those that papers have for the same thing, taught from a question that was not understood."""

    said = models.CharField(max_length=40, unique=True)
    meant = models.CharField(max_length=40)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["said"]

    def __str__(self) -> str:
        return f"{self.said} = {self.meant}"
