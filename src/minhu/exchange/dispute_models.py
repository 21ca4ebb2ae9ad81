"""Consumer disputes that registered enterprises answer first (企业先行), what happened in them, and the enterprises' door."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.engines.secrets import EncryptedTextField
from minhu.exchange.domain.disputes import Phase


class Dispute(models.Model):
    """One order with one enterprise. What the enterprise reads is kept as it was given, and only after the consent."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("handling.Order", models.CASCADE, related_name="disputes")
    enterprise = models.ForeignKey("exchange.Enterprise", models.PROTECT, related_name="disputes")
    phase = models.CharField(max_length=10, choices=[(x.value, x.name) for x in Phase], default=Phase.ASKED.value)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_by = models.CharField(max_length=64, blank=True, help_text="who recorded it: the citizen or an agent")
    consent_wording = models.CharField(max_length=16, blank=True)
    contact_allowed = models.BooleanField(default=False, help_text="name and telephone too")
    words = EncryptedTextField(row="uid", blank=True, default="", help_text="what the enterprise reads")
    name = EncryptedTextField(row="uid", blank=True, default="")
    phone = EncryptedTextField(row="uid", blank=True, default="")
    offer = EncryptedTextField(row="uid", blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="of whom it waits for now")
    asked_more = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    in_time = models.BooleanField(null=True, blank=True, help_text="the enterprise answered before its deadline")
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=16, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5, by the citizen")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="one_dispute_at_a_time")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="dispute_due", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["enterprise", "-id"], name="dispute_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.enterprise_id} {self.phase}"


class DisputeEntry(models.Model):
    """What happened, never changed afterwards; ``key`` makes a command that comes twice harmless."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="entries")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16)
    text = EncryptedTextField(row="uid", blank=True, default="")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dispute", "key"], name="dispute_entry_once_per_key")]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class EnterpriseDoor(models.Model):
    """How an enterprise comes in: a link and, beside it, a code; of both only digests are kept."""

    enterprise = models.ForeignKey("exchange.Enterprise", models.CASCADE, related_name="doors")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(ended_at__isnull=True), name="one_door_for_an_enterprise"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} until {self.expires_at}"
