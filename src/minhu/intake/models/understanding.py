"""What was suggested for a request, by whom or what, on which basis, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.intake.models.requests import Request
from minhu.intake.types import IntakeClass, Outcome, SuggestedField


class Suggestion(models.Model):
    """One suggested value with its confidence and basis."""

    # `suggestion_field` begins with the request
    request = models.ForeignKey(Request, models.CASCADE, related_name="suggestions", db_index=False)
    field = models.CharField(max_length=16, choices=[(x.value, x.name) for x in SuggestedField])
    value = models.JSONField()
    label = models.CharField(max_length=255)
    confidence = models.FloatField(help_text="0 to 1, calibrated where the maker is a model")
    basis = models.CharField(max_length=500)
    maker = models.CharField(max_length=64, help_text="model or rule with its version, or a person")
    made_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in Outcome], default=Outcome.PENDING.value
    )
    final = models.JSONField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["request", "field"], name="suggestion_field")]

    def __str__(self) -> str:
        return f"{self.field}={self.label}"


class IntakeDecision(models.Model):
    """The recommendation of the rule table, and the person who confirmed or changed it."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="decisions")
    recommended = models.CharField(max_length=20, choices=[(x.value, x.name) for x in IntakeClass])
    reason_code = models.CharField(max_length=40)
    basis = models.CharField(max_length=500)
    wording = models.TextField(help_text="what the citizen is told")
    confidence = models.FloatField()
    maker = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    final = models.CharField(max_length=20, blank=True)
    final_reason = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.final or self.recommended
