"""One incident behind many calls: its leading order, what the public is told, and who was told when."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from minhu.handling.models.orders import Order


class Incident(models.Model):
    """An event that many people report (事件). Orders belong to it by being merged into its leading order.

    No row security: it says what the public is told, and names nobody.
    """

    main = models.ForeignKey(Order, models.PROTECT, related_name="incidents", help_text="the leading order")
    title = models.CharField(max_length=120)
    category = models.ForeignKey("directory.Category", models.PROTECT, null=True, blank=True, related_name="+")
    area_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    wording = models.CharField(max_length=500, help_text="what citizens read")
    public = models.BooleanField(default=True, help_text="shown to everybody who is about to report")
    began_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)
    close_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["main"], condition=Q(closed_at__isnull=True), name="one_incident_per_main")
        ]

    def __str__(self) -> str:
        return self.title


class IncidentNotice(models.Model):
    """Words to everybody of an incident (统一告知): they go at ``sends_at`` unless they are withdrawn before."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="notices")
    text = models.CharField(max_length=2000)
    without = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="orders taken out")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    sends_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=64, blank=True)
    told = models.PositiveIntegerField(default=0, help_text="requesters")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["sends_at"], condition=Q(sent_at__isnull=True, withdrawn_at__isnull=True), name="notice_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk} of {self.incident_id}"


class IncidentTold(models.Model):
    """One requester's receipt of a notice, and whether he still is to be called."""

    class Callback(models.TextChoices):
        """Whether the requester wanted to be called, and whether somebody did."""

        NONE = "none", "不需要"
        WANTED = "wanted", "待回访"
        DONE = "done", "已回访"

    notice = models.ForeignKey(IncidentNotice, models.CASCADE, related_name="receipts")
    order = models.ForeignKey(Order, models.CASCADE, related_name="told")
    told_at = models.DateTimeField()
    callback = models.CharField(max_length=8, choices=Callback.choices)
    called_at = models.DateTimeField(null=True, blank=True)
    called_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "order"], name="told_once_per_notice")]

    def __str__(self) -> str:
        return f"notice {self.notice_id} to {self.order_id}"
