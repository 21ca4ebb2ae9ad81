"""What people teach: cases to label, labels, the frozen set that models are compared on, and the models."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.intake.models.requests import Request
from minhu.intake.types import ModelState, QueueReason


class LabelCase(models.Model):
    """A request whose category somebody should say (待标注)."""

    request = models.OneToOneField(Request, models.CASCADE, primary_key=True, related_name="label_case")
    reason = models.CharField(max_length=12, choices=[(x.value, x.name) for x in QueueReason])
    priority = models.FloatField()
    proposed = models.JSONField(default=list, help_text="codes with chances, the likeliest first")
    queued_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text="two agree, three have spoken, or nobody can say")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-priority"], condition=models.Q(closed_at__isnull=True), name="label_case_open")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.reason}"


class Label(models.Model):
    """What one person said of one case; an empty code: skipped. One's own may be undone."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="labels", db_index=False)
    code = models.CharField(max_length=64, blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "made_by"], name="label_once")]
        indexes: ClassVar = [models.Index(fields=["made_by", "-made_at"], name="label_of")]

    def __str__(self) -> str:
        return f"{self.request_id}={self.code}"


class FrozenSet(models.Model):
    """Requests with their labels that no model learns from, fixed by a digest over words and labels."""

    taxonomy_version = models.PositiveIntegerField()
    rows = models.JSONField(help_text="[request id, code, digest of the words as received]")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.digest[:12]


class LearnedModel(models.Model):
    """A category model made here. The database holds it, so that every machine of the house serves the same one."""

    version = models.CharField(max_length=40, unique=True)
    taxonomy_version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=[(x.value, x.name) for x in ModelState])
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    frozen = models.ForeignKey(FrozenSet, models.PROTECT, null=True, blank=True)
    card = models.JSONField(default=dict, help_text="labels, rows by source, figures; no words")
    comparison = models.JSONField(default=dict, help_text="figures of old and new on the frozen set, by label")
    content = models.BinaryField(null=True, blank=True, help_text="model.npz: numbers only")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content")
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="serving"), name="one_serving_model"),
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="training"), name="one_training_model"),
            models.CheckConstraint(
                condition=~models.Q(state="serving") | ~models.Q(decided_by=models.F("asked_by")),
                name="promoted_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class Drift(models.Model):
    """How the suggestions of the last two weeks differ from those of the eight weeks before; counts only."""

    day = models.DateField(primary_key=True)
    figures = models.JSONField()
    alarms = models.JSONField(default=list, help_text="names of figures beyond their limit")

    class Meta:
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {len(self.alarms)}"
