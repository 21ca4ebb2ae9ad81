"""Evaluation sets: questions with what should come of them, runs of a set or of a version about to be published."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.knowledge.domain.quality import Origin, RunState
from minhu.knowledge.models.documents import KEY, Document, Version
from minhu.knowledge.types import Outcome


class EvalSet(models.Model):
    """Questions that are asked together, as one reader whose rights the answers have."""

    name = models.CharField(max_length=80, unique=True)
    reader = models.CharField(max_length=40, help_text="public, staff or unit:<id>")
    gating = models.BooleanField(default=True, help_text="asked before a version is published")
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class EvalQuestion(models.Model):
    """One question of a set; without a document nothing should answer it. Row security: who may see that document."""

    set = models.ForeignKey(EvalSet, models.CASCADE, related_name="questions")
    question = models.CharField(max_length=500)
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="+")
    clause = models.CharField(max_length=120, blank=True, help_text="label of the passage that answers")
    answer = models.TextField(blank=True)
    kind = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Origin])
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["set", "question"], name="evalquestion_once")]

    def __str__(self) -> str:
        return self.question


class EvalRun(models.Model):
    """One run: of a set, or (``candidate``) of every question about a document with a version as if it were published."""

    set = models.ForeignKey(EvalSet, models.CASCADE, null=True, related_name="runs")
    candidate = models.ForeignKey(Version, models.CASCADE, null=True, related_name="+")
    reader = models.CharField(max_length=40, blank=True)
    engine = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=[(x.value, x.name) for x in RunState])
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, help_text="of the questions that were asked")
    problem = models.CharField(max_length=300, blank=True)
    started_by = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    keys = ArrayField(models.CharField(max_length=KEY), default=list)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["candidate", "-id"], name="evalrun_candidate")]

    def __str__(self) -> str:
        return f"{self.state} {self.started_at:%F %T}"


class EvalResult(models.Model):
    """What came of one question in one run; ``before``: whether it was right without the candidate."""

    run = models.ForeignKey(EvalRun, models.CASCADE, related_name="results")
    question = models.ForeignKey(EvalQuestion, models.CASCADE, related_name="results")
    outcome = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Outcome])
    answer = models.TextField(blank=True)
    cited = models.ForeignKey(Document, models.CASCADE, null=True, related_name="+")
    label = models.CharField(max_length=120, blank=True)
    right = models.BooleanField()
    before = models.BooleanField(null=True)
    citation = models.BooleanField(null=True)
    place = models.PositiveSmallIntegerField(
        default=0, help_text="of the right document among those found; 0: not there"
    )
    f1 = models.FloatField(default=0.0)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["question_id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "question"], name="evalresult_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.question_id}"
