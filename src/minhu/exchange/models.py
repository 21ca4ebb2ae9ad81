"""Partners, the outbox, deliveries, messages received, transfers."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.engines.secrets import EncryptedTextField
from minhu.exchange.types import DeliveryState, ItemKind, ItemState, PartnerKind, Reach, TransferState


class Partner(models.Model):
    """Another system: where its messages go, by what keys it is known, as whom it acts here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    label = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=[(x.value, x.name) for x in PartnerKind])
    url = models.CharField(max_length=500, blank=True, help_text="where our messages go; empty: none are sent")
    secret_out = EncryptedTextField(row="uid", help_text="signs what we send")
    secret_in = EncryptedTextField(row="uid", help_text="signs what they send")
    events = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    reach = models.CharField(max_length=8, choices=[(x.value, x.name) for x in Reach], default=Reach.OWN.value)
    token = models.ForeignKey("directory.ApiToken", models.PROTECT, null=True, blank=True)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True)
    account = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, help_text="acts as it here")
    category_codes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    area_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    personal = models.BooleanField(default=False, help_text="the agreement lets personal values go with a transfer")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(kind="hotline", active=True), name="one_hotline_for_a_unit"
            )
        ]

    def __str__(self) -> str:
        return self.label

    def signing(self, moment: datetime) -> list[str]:
        """The keys that sign what we send at a moment, the present one first."""
        old = self._old(moment)
        return [self.secret_out, old.secret_out] if old else [self.secret_out]

    def believed(self, moment: datetime) -> list[str]:
        """The keys by which what they send is believed at a moment."""
        old = self._old(moment)
        return [self.secret_in, old.secret_in] if old else [self.secret_in]

    def _old(self, moment: datetime) -> OldKeys | None:
        old: OldKeys | None = getattr(self, "old_keys", None)
        return old if old is not None and moment < old.until else None


class OldKeys(models.Model):
    """The keys before a partner's present ones, valid beside them for a while."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="old_keys")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret_out = EncryptedTextField(row="uid")
    secret_in = EncryptedTextField(row="uid")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.partner_id} until {self.until}"


class OutboxEvent(models.Model):
    """Something happened that a partner may want to know; written in the same transaction, sorted out after it."""

    kind = models.CharField(max_length=32)
    order_id = models.BigIntegerField()
    number = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Delivery(models.Model):
    """One message to one partner. The body is frozen, so that every attempt signs the same bytes."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32)
    body = EncryptedTextField(row="message_id")
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(x.value, x.name) for x in DeliveryState], default=DeliveryState.WAITING.value
    )
    next_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    answer = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the last attempt")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="delivery_next", condition=models.Q(state="waiting")),
            models.Index(fields=["partner", "-id"], name="delivery_partner"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Received(models.Model):
    """A message that was taken in: the same id again gets the same answer and does nothing."""

    source = models.CharField(max_length=40, help_text="partner:<id> or token:<id>")
    message_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64, help_text="of the body")
    answer = models.JSONField(default=dict, help_text="numbers and states only")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "message_id"], name="received_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.message_id}"


class Transfer(models.Model):
    """An order handed to another hotline, or taken over from one (转办)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey("handling.Order", models.CASCADE, related_name="transfers")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="transfers")
    outgoing = models.BooleanField(default=True)
    by_phone = models.BooleanField(default=False, help_text="110, 119, 120, 122, or a hotline without a connection")
    whom = models.CharField(max_length=64, help_text="who it was handed to, in words")
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in TransferState], default=TransferState.OFFERED.value
    )
    reason = models.CharField(max_length=500, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=64)
    message_id = models.CharField(max_length=64, blank=True)
    their_number = models.CharField(max_length=64, blank=True)
    taken_by = models.CharField(max_length=64, blank=True, help_text="who took it there, as they said")
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(ended_at__isnull=True, outgoing=True),
                name="one_transfer_at_a_time",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["partner", "their_number"], name="transfer_their_number")]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.whom}"


class TransferItem(models.Model):
    """A file, a supplement or a withdrawal that goes over with a transfer, either way, and what the other side said."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=12, choices=[(x.value, x.name) for x in ItemKind])
    outgoing = models.BooleanField(default=True)
    uid = models.UUIDField(default=uuid.uuid4, help_text="how both sides call it")
    name = models.CharField(max_length=160, blank=True, help_text="of a file")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content")
    supplement_id = models.BigIntegerField(null=True, blank=True)
    announced_by = models.CharField(max_length=64, blank=True, help_text="the message that names the file")
    message_id = models.CharField(
        max_length=64, blank=True, help_text="the message that brings it; empty: not yet sent"
    )
    state = models.CharField(
        max_length=10, choices=[(x.value, x.name) for x in ItemState], default=ItemState.WAITING.value
    )
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transfer", "outgoing", "uid"], name="transfer_item_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["message_id"], name="transfer_item_message", condition=~models.Q(message_id="")),
            models.Index(fields=["transfer"], name="transfer_item_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
