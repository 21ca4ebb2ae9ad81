"""Partners, the outbox, deliveries, messages received, transfers, accounts of channels."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.exchange.board_models import Board as Board
from minhu.exchange.board_models import BoardEntry as BoardEntry
from minhu.exchange.board_models import BoardPost as BoardPost
from minhu.exchange.dispute_models import Dispute as Dispute
from minhu.exchange.dispute_models import DisputeEntry as DisputeEntry
from minhu.exchange.dispute_models import EnterpriseDoor as EnterpriseDoor
from minhu.exchange.emergency_models import EmergencyService as EmergencyService
from minhu.exchange.emergency_models import Handover as Handover
from minhu.exchange.emergency_models import HandoverEntry as HandoverEntry
from minhu.exchange.emergency_models import HandoverOffer as HandoverOffer
from minhu.exchange.emergency_models import HandoverParty as HandoverParty
from minhu.exchange.enterprise_models import Enterprise as Enterprise
from minhu.exchange.mail_models import Mailbox as Mailbox
from minhu.exchange.mail_models import MailOut as MailOut
from minhu.exchange.mail_models import MailThread as MailThread
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


class ChannelAccount(models.Model):
    """A WeChat official account of the house: by what it is known, and whether it may speak by itself."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="the end of our address for it")
    label = models.CharField(max_length=64, unique=True)
    appid = models.CharField(max_length=32, unique=True)
    token = EncryptedTextField(row="uid", help_text="signs what the platform sends")
    aes_key = EncryptedTextField(row="uid", blank=True, default="", help_text="EncodingAESKey; empty: plain mode")
    secret = EncryptedTextField(row="uid", blank=True, default="", help_text="AppSecret; empty: answers only")
    line = models.CharField(max_length=32, blank=True, default="", help_text="line of business; empty: the main one")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_out_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True, help_text="why the last customer message did not go out")

    class Meta:
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label


class ChannelLine(models.Model):
    """One follower of an account: the talk that goes on, and how far it was told what the house said in it.

    ``told``: number of the utterance up to which all was said, ``part``: characters said of the one behind it;
    ``sent`` and ``sent_part``: the same for what went out by itself, not as an answer.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="lines")
    sender = EncryptedTextField(row="uid")
    sender_index = LookupIndexField(of="sender", purpose="sender")
    talk_uid = models.UUIDField(null=True, blank=True, unique=True)
    told = models.PositiveIntegerField(default=0)
    part = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    sent_part = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(help_text="of the follower's last message")
    due_at = models.DateTimeField(null=True, blank=True, help_text="before which nothing goes out by itself")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "sender_index"], name="one_line_for_a_follower")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-last_at"], name="line_last")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.uid}"
