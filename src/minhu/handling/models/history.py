"""The history of an order, and the questions somebody else must decide."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.handling.models.orders import Assignment, Order


class OrderStep(models.Model):
    """One transition, never edited: who, in which role, when, why, what changed (流转记录)."""

    # `step_once_per_version` begins with the order
    order = models.ForeignKey(Order, models.CASCADE, related_name="steps", db_index=False)
    version = models.PositiveIntegerField(help_text="of the order after the step")
    step = models.CharField(max_length=24)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64)
    actor_role = models.CharField(max_length=16, blank=True)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    public_text = models.CharField(max_length=500, blank=True, help_text="what the citizen reads")
    changes = models.JSONField(default=dict, blank=True)
    attachment_ids = models.JSONField(default=list, blank=True)
    idempotency_key = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "idempotency_key"], name="step_once_per_key"),
            models.UniqueConstraint(fields=["order", "version"], name="step_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.step}"


class Review(models.Model):
    """A question put to somebody else: return, extension, suspension, reply or exclusion."""

    class Kind(models.TextChoices):
        """What is asked."""

        RETURN = "return", "退单"
        EXTENSION = "extension", "延期"
        SUSPENSION = "suspension", "挂起"
        REPLY = "reply", "答复审核"
        EXCLUSION = "exclusion", "剔除"

    class Decision(models.TextChoices):
        """What was decided."""

        WAITING = "waiting", "待审核"
        APPROVED = "approved", "同意"
        REFUSED = "refused", "不同意"

    order = models.ForeignKey(Order, models.CASCADE, related_name="reviews")
    assignment = models.ForeignKey(Assignment, models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason_code = models.CharField(max_length=40)
    reason = models.TextField()
    evidence_ids = models.JSONField(default=list, blank=True)
    right_unit = models.ForeignKey(
        "directory.Unit", models.PROTECT, null=True, blank=True, help_text="a return names it"
    )
    amount = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    asked_in_time = models.BooleanField(default=True)
    arbitration = models.BooleanField(default=False)
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.WAITING.value)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["decision", "kind"], name="review_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id}: {self.decision}"


class Lesson(models.Model):
    """What a decided return, or a dispatcher's correction of advice, teaches about whose matter this is; no words."""

    class Kind(models.TextChoices):
        """Who taught it."""

        RETURN = "return", "退单"
        CORRECTION = "correction", "改派"
        JOINT = "joint", "会商"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RETURN.value)
    order = models.ForeignKey(Order, models.CASCADE, related_name="lessons")
    learnt_at = models.DateTimeField()
    request_type = models.CharField(max_length=16, blank=True)
    category = models.ForeignKey("directory.Category", models.PROTECT, null=True, blank=True)
    area = models.ForeignKey("directory.Area", models.PROTECT, null=True, blank=True)
    catalogue_item = models.ForeignKey("directory.CatalogueItem", models.SET_NULL, null=True, blank=True)
    wrong_unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    right_unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    reason_code = models.CharField(max_length=40)
    upheld = models.BooleanField(help_text="the return was right")
    arbitrated = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["category", "-id"], name="lesson_newest")]

    def __str__(self) -> str:
        return f"{self.category_id}@{self.area_id}: {self.wrong_unit_id} → {self.right_unit_id}"
