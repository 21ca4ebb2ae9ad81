"""Hand-overs to emergency services (紧急联动): services, hand-overs, offers, who was on the line, and what happened."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.engines.secrets import EncryptedTextField
from minhu.exchange.domain.handovers import HandoverState, OfferState, Way


class EmergencyService(models.Model):
    """A service that can be handed something: 110, 119, 120, 122 or another; how it is reached and how long we wait."""

    code = models.CharField(max_length=8, unique=True, help_text="110, 119, 120, 122, other")
    label = models.CharField(max_length=64)
    phone = models.CharField(max_length=32, blank=True, help_text="its duty line for other platforms")
    partner = models.ForeignKey("exchange.Partner", models.SET_NULL, null=True, blank=True, related_name="+")
    receipt_seconds = models.PositiveIntegerField(
        default=60, help_text="without a receipt for so long an alarm is raised"
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="its place among those tried next")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["position", "code"]

    def __str__(self) -> str:
        return self.label


class Handover(models.Model):
    """One danger handed over; the order stays with us in words, the emergency services act."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("handling.Order", models.CASCADE, related_name="handovers")
    talk_uid = models.UUIDField(null=True, blank=True, help_text="the talk it began in")
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in HandoverState], default=HandoverState.WAITING.value
    )
    sheet = EncryptedTextField(row="uid", help_text="JSON of what is handed over")
    proposed = models.CharField(max_length=64, blank=True, help_text="codes that the rule proposed, for comparison")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    due_at = models.DateTimeField(null=True, blank=True, help_text="until when somebody must have acted")
    alarmed_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="one_handover_at_a_time")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="handover_due", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class HandoverOffer(models.Model):
    """One service that was asked."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="offers")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(EmergencyService, models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=[(x.value, x.name) for x in Way])
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in OfferState], default=OfferState.OFFERED.value
    )
    message_id = models.CharField(max_length=64, blank=True)
    taken_by = EncryptedTextField(row="uid", blank=True, default="", help_text="who took it there, name or number")
    their_number = models.CharField(max_length=64, blank=True)
    reason = EncryptedTextField(row="uid", blank=True, default="")
    offered_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="a receipt is due")
    received_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["handover", "service"], condition=Q(ended_at__isnull=True), name="one_offer_to_a_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} → {self.service_id}"


class HandoverParty(models.Model):
    """Somebody on the line of a three-party call."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="parties")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    role = models.CharField(max_length=12, help_text="citizen | agent | service")
    name = EncryptedTextField(row="uid", blank=True, default="")
    spoke = models.BooleanField(default=True)
    measured = models.BooleanField(default=False, help_text="its times are those of the call's own events")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.role}"


class HandoverEntry(models.Model):
    """What happened, never changed afterwards; ``key`` makes a command that comes twice harmless."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="entries")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16)
    service = models.CharField(max_length=8, blank=True)
    text = EncryptedTextField(row="uid", blank=True, default="")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["handover", "key"], name="handover_entry_once_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.kind}"
