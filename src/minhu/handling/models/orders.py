"""The work order, the units it is given to, and the clocks that run on it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.policy import Facts
from minhu.directory.types import Urgency
from minhu.handling.types import (
    AssignmentRole,
    AssignmentState,
    ClockKind,
    State,
)


class Order(models.Model):
    """A work order (工单). ``version`` grows with each command; commands name the one they saw."""

    number = models.CharField(max_length=20, unique=True, help_text="the request's number, -2 … when split")
    request = models.ForeignKey("intake.Request", models.PROTECT, related_name="orders")
    state = models.CharField(
        max_length=20,
        choices=[(x.value, x.said) for x in State],
        default=State.RECEIVED.value,
    )
    resume_state = models.CharField(max_length=20, blank=True, help_text="where a review came from")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    channel = models.CharField(max_length=12)
    request_type = models.CharField(max_length=16, blank=True)
    # `order_category_area` and `order_lead_state` begin with category and unit
    category = models.ForeignKey("directory.Category", models.PROTECT, null=True, blank=True, db_index=False)
    # `order_area_newest` begins with the area
    area = models.ForeignKey("directory.Area", models.PROTECT, null=True, blank=True, db_index=False)
    place_hint = models.CharField(max_length=120, blank=True, help_text="to street level, for lists")
    urgency = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Urgency], default=Urgency.NORMAL.value)
    tags = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    sensitive = models.BooleanField(default=False)
    group_matter = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    lead_unit = models.ForeignKey(
        "directory.Unit", models.PROTECT, null=True, blank=True, related_name="led_orders", db_index=False
    )
    unit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="every unit that ever had it")
    catalogue_item = models.ForeignKey("directory.CatalogueItem", models.SET_NULL, null=True, blank=True)
    dispatch_basis = models.CharField(max_length=500, blank=True)
    dispatch_confidence = models.FloatField(null=True, blank=True)
    repeat_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="repeats")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    caller_month_count = models.PositiveIntegerField(default=0, help_text="requests of this caller in 30 days")
    caller_year_count = models.PositiveIntegerField(default=0)
    place_month_count = models.PositiveIntegerField(default=0, help_text="same category and place in 30 days")
    place_year_count = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, help_text="of the clock that matters now")
    dispatched_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    handled_in_time = models.BooleanField(null=True, blank=True)
    public_reply = models.TextField(blank=True)
    reply_approved_at = models.DateTimeField(null=True, blank=True)
    solved = models.BooleanField(null=True, blank=True, help_text="as the unit says")
    return_count = models.PositiveSmallIntegerField(default=0)
    transfer_count = models.PositiveSmallIntegerField(default=0)
    extension_count = models.PositiveSmallIntegerField(default=0)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    supervision_level = models.CharField(max_length=12, blank=True)
    disputed = models.BooleanField(default=False, help_text="waits for the arbitration desk")
    light = models.CharField(max_length=8, default="off", help_text="of the clock that matters now")
    hops = models.PositiveSmallIntegerField(default=0, help_text="dispatches so far, over all rounds")
    deadline_key = models.CharField(max_length=32, blank=True, help_text="chooses a line of the deadline table")
    close_reason = models.CharField(max_length=40, blank=True, help_text="why it ended without a person")
    imported = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="order_state_newest"),
            models.Index(fields=["lead_unit", "state", "due_at"], name="order_lead_state"),
            models.Index(fields=["closed_at"], name="order_closed"),
            models.Index(fields=["category", "area", "created_at"], name="order_category_area"),
            models.Index(fields=["area", "created_at", "id"], name="order_area_newest"),
            models.Index(
                fields=["category", "-closed_at"],
                name="order_precedents",
                condition=models.Q(closed_at__isnull=False, lead_unit__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=[x.value for x in State]), name="order_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state=State.MERGED.value) | models.Q(merged_into__isnull=False),
                name="merged_order_names_target",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def facts(self) -> Facts:
        """What the policy needs to know of this order."""
        return Facts(
            self.request_id, frozenset(self.unit_ids), self.area_id or "", self.request_type, self.state,
            guarded=self.confidential or self.sensitive,
        )  # fmt: skip


class Assignment(models.Model):
    """One unit's share of an order: one hop of the transfer chain (转单链)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=8, choices=[(x.value, x.name) for x in AssignmentRole])
    state = models.CharField(
        max_length=10,
        choices=[(x.value, x.name) for x in AssignmentState],
        default=AssignmentState.WAITING.value,
    )
    hop = models.PositiveSmallIntegerField(help_text="counts the dispatches of this order")
    dispatched_at = models.DateTimeField()
    dispatched_by = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=64, blank=True)
    handler = models.ForeignKey("directory.Staff", models.SET_NULL, null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    contact_result = models.CharField(max_length=255, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.CharField(max_length=64, blank=True)
    reply = models.TextField(blank=True)
    measures = models.TextField(blank=True, help_text="what was done")
    solved = models.BooleanField(null=True, blank=True)
    not_solved_reason = models.CharField(max_length=255, blank=True)
    legal_basis = models.CharField(max_length=255, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # written by the database itself (migration 0004): what the inbox shows, so that it need not be worked out
    desk = models.CharField(max_length=10, blank=True, editable=False, help_text="tab it stands under while open")
    next_due = models.DateTimeField(null=True, editable=False, help_text="of the clock that is due first")
    next_light = models.CharField(max_length=8, blank=True, editable=False, help_text="of that clock")

    class Meta:
        ordering: ClassVar = ["order", "hop", "id"]
        indexes: ClassVar = [
            models.Index(fields=["unit", "state", "-order"], name="assignment_inbox"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "unit"],
                condition=models.Q(ended_at__isnull=True),
                name="unit_has_order_once",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(role="lead", ended_at__isnull=True),
                name="one_lead_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.unit_id} ({self.role})"


class Clock(models.Model):
    """A running, standing or finished clock. The sweeper claims rows whose ``next_at`` has come."""

    # `clock_order_kind` begins with the order
    order = models.ForeignKey(Order, models.CASCADE, related_name="clocks", db_index=False)
    assignment = models.ForeignKey(Assignment, models.CASCADE, null=True, blank=True, related_name="clocks")
    kind = models.CharField(max_length=12, choices=[(x.value, x.name) for x in ClockKind])
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=16, help_text="minutes, hours, natural_days, working_days")
    rule = models.CharField(max_length=120, help_text="version and line of the deadline table")
    explanation = models.CharField(max_length=300, help_text="one sentence for the screen")
    working_hours = models.BooleanField(default=False, help_text="minutes and hours of working time")
    profile = models.CharField(max_length=32, default="office", help_text="working hours it runs by")
    subject = models.CharField(max_length=64, help_text="what the deadline is for, in words")
    subject_id = models.BigIntegerField(null=True, blank=True, help_text="supervision, attendance or review")
    extra_amount = models.PositiveIntegerField(null=True, blank=True, help_text="approved extension")
    extra_unit = models.CharField(max_length=16, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_for = models.CharField(max_length=12, blank=True, help_text="return | suspension | merge")
    pauses = models.JSONField(default=list, blank=True, help_text="[[from, to], …] ISO, UTC")
    in_time = models.BooleanField(null=True, blank=True)
    light = models.CharField(max_length=8, default="green")
    next_at = models.DateTimeField(null=True, blank=True, help_text="when its light changes next")

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                name="clock_next",
                condition=models.Q(stopped_at__isnull=True, paused_at__isnull=True),
            ),
            models.Index(fields=["order", "kind"], name="clock_order_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id} due {self.due_at:%F %T}"
