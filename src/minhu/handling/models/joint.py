"""New types of matters and the joint decision (会商) on them: what is marked, who was asked, what each said, what was decided."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.handling.models.orders import Order
from minhu.handling.types import JointState, OpinionKind


class JointCase(models.Model):
    """A question put to several units, decided by the arbitration desk. Its words are the dispatcher's, masked.

    A unit that was asked sees the case through its own opinion, and no order of it.
    """

    title = models.CharField(max_length=120)
    question = models.CharField(max_length=1000)
    state = models.CharField(
        max_length=10, choices=[(x.value, x.said) for x in JointState], default=JointState.OPEN.value
    )
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    due_at = models.DateTimeField(help_text="opinions are wanted by then")
    late_at = models.DateTimeField(null=True, blank=True, help_text="when the alarm was raised")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    category = models.ForeignKey("directory.Category", models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    order_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="all that were ever put into it: a forgotten person's words are struck here by it",
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="joint_due", condition=models.Q(state=JointState.OPEN.value))
        ]

    def __str__(self) -> str:
        return self.title


class JointOpinion(models.Model):
    """What one unit was asked and says."""

    case = models.ForeignKey(JointCase, models.CASCADE, related_name="opinions", db_index=False)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=8, blank=True, choices=[(x.value, x.said) for x in OpinionKind])
    right_unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    category = models.ForeignKey("directory.Category", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "unit"], name="opinion_once_per_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} on {self.case_id}: {self.kind}"


class NewMatter(models.Model):
    """An order that fits no category (新类型), marked by the program or a person until somebody takes the mark off."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="new_matter")
    score = models.FloatField(null=True, blank=True, help_text="of the program; None: a person said so")
    bound = models.FloatField(null=True, blank=True, help_text="from which score on a matter counted as new")
    nearest = models.JSONField(default=list, help_text="[[code of a leaf, chance], …], the likeliest first")
    marked_at = models.DateTimeField()
    marked_by = models.CharField(max_length=64)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.CharField(max_length=64, blank=True)
    case = models.ForeignKey(JointCase, models.SET_NULL, null=True, blank=True, related_name="matters")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["-order"],
                name="new_matter_open",
                condition=models.Q(dropped_at__isnull=True, case__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"new: {self.order_id}"


class TypeProposal(models.Model):
    """A category or duty that a joint decision asks the directory for; no citizen's word.

    No row security: administrators work on it, and they see no citizen's row.
    """

    case_id = models.BigIntegerField(help_text="the joint decision")
    name = models.CharField(max_length=64, help_text="of the category wanted; empty: only a duty")
    parent_code = models.CharField(max_length=32, blank=True)
    duty = models.CharField(max_length=120, blank=True)
    basis = models.CharField(max_length=255, blank=True)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    category_code = models.CharField(max_length=32, blank=True, help_text="of the duty")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    taken = models.BooleanField(default=False, help_text="put into a draft; else laid aside")

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name or self.duty
