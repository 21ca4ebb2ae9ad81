"""Tables of evaluation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.directory.policy import Facts
from minhu.evaluation.types import RatingChannel, Satisfaction


class Rating(models.Model):
    """One answer of a citizen on one round of one order; kept as given."""

    order = models.ForeignKey("handling.Order", models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField(help_text="0 for the first handling, then each reopening")
    joint_with = models.ForeignKey(
        "handling.Order", models.PROTECT, null=True, blank=True, related_name="joint_ratings",
        help_text="the order this one was merged into, whose result is rated; round and lead unit are its own",
    )  # fmt: skip
    lead_unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True)
    channel = models.CharField(max_length=12, choices=[(x.value, x.name) for x in RatingChannel])
    reached = models.BooleanField(default=True, help_text="the callback reached the person")
    responded = models.BooleanField(null=True, blank=True, help_text="the unit contacted them in time")
    solved = models.BooleanField(null=True, blank=True)
    satisfaction = models.CharField(max_length=12, blank=True, choices=[(x.value, x.name) for x in Satisfaction])
    comment = models.TextField(blank=True)
    rated_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64, blank=True, help_text="who called back; never the unit")
    excluded_at = models.DateTimeField(null=True, blank=True)
    excluded_by = models.CharField(max_length=64, blank=True)
    exclusion_reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "joint_with", "round", "channel"], name="rating_once_per_round", nulls_distinct=False
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["rated_at"], name="rating_at"),
            models.Index(fields=["lead_unit", "rated_at"], name="rating_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}#{self.round}"

    def facts(self) -> Facts:
        """What the policy needs to know of this rating."""
        return self.order.facts()
