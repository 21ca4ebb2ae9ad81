"""Supervision of slow matters (催办 · 督办 · 提级) and the township's whistle (吹哨报到)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.handling.models.orders import Order
from minhu.handling.types import SupervisionLevel


class Supervision(models.Model):
    """A reminder, supervision or escalation, by rule or by person, with its receipt."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="supervisions")
    level = models.CharField(max_length=12, choices=[(x.value, x.name) for x in SupervisionLevel])
    by_rule = models.CharField(max_length=64, blank=True, help_text="rule code, empty: a person")
    reason = models.CharField(max_length=500)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=64)
    due_at = models.DateTimeField(null=True, blank=True)
    receipt = models.TextField(blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)
    receipt_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="receipt given, or the order ended")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "by_rule", "unit"],
                condition=~models.Q(by_rule="") & models.Q(ended_at__isnull=True),
                name="rule_supervises_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.order_id}"


class Whistle(models.Model):
    """A township calls upper units to one matter; they must come (报到)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="whistles")
    by_unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="whistles")
    matter = models.CharField(max_length=500)
    place = models.CharField(max_length=200, blank=True)
    meet_at = models.DateTimeField()
    blown_at = models.DateTimeField()
    blown_by = models.CharField(max_length=64)
    result = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"whistle {self.pk} for {self.order_id}"


class Attendance(models.Model):
    """One called unit: did it acknowledge, did it come, what did it leave behind."""

    whistle = models.ForeignKey(Whistle, models.CASCADE, related_name="attendances")
    unit = models.ForeignKey("directory.Unit", models.PROTECT)
    due_at = models.DateTimeField(help_text="acknowledge by")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    attended_at = models.DateTimeField(null=True, blank=True)
    receipt = models.TextField(blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    confirmed = models.BooleanField(null=True, blank=True, help_text="the township confirms it came")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["whistle", "unit"], name="called_once_per_whistle")]

    def __str__(self) -> str:
        return f"{self.unit_id} at whistle {self.whistle_id}"
