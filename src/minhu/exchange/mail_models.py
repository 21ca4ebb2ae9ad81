"""E-mail: mailboxes of the house, threads with citizens, and what goes out."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField
from minhu.exchange.types import DeliveryState


class Mailbox(models.Model):
    """A mailbox of the house; ``validity`` and ``last_uid`` say how far it was read, as IMAP numbers its mails."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    label = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=200, unique=True)
    imap_host = models.CharField(max_length=200)
    imap_port = models.PositiveIntegerField(default=993)
    smtp_host = models.CharField(max_length=200)
    smtp_port = models.PositiveIntegerField(default=465)
    secure = models.BooleanField(default=True)
    user = models.CharField(max_length=200, db_column="login")
    password = EncryptedTextField(row="uid")
    server = models.CharField(max_length=200, blank=True, help_text="signs Authentication-Results")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    next_look = models.DateTimeField(null=True, blank=True)
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    automatic = models.PositiveIntegerField(default=0, help_text="mails of machines, which nobody answers")
    refused = models.PositiveIntegerField(default=0, help_text="mails that could not be read")
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label


class MailThread(models.Model):
    """Mails with one address about one talk; only who answers a mail of ours goes on in it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="threads")
    sender = EncryptedTextField(row="uid")
    sender_index = LookupIndexField(null=True, blank=True, of="sender", purpose="sender")
    subject = EncryptedTextField(row="uid", blank=True, default="")
    last_id = EncryptedTextField(row="uid", blank=True, default="", help_text="Message-ID of the citizen's last mail")
    checks = models.CharField(max_length=120, blank=True, help_text="what our receiving server found of the sender")
    talk_uid = models.UUIDField(unique=True)
    told = models.PositiveIntegerField(default=0, help_text="number of the utterance up to which all is in the outbox")
    files = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="mails whose files wait")
    last_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["sender_index", "-last_at"], name="mail_sender"),
            models.Index(fields=["mailbox"], name="mail_files", condition=~models.Q(files=[])),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.uid}"


class MailOut(models.Model):
    """One mail to a citizen; its Message-ID is made from ``uid``, so that every attempt is the same mail."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    thread = models.ForeignKey(MailThread, models.CASCADE, related_name="mails")
    words = EncryptedTextField(row="uid")
    upto = models.PositiveIntegerField()
    by_machine = models.BooleanField(default=True)
    state = models.CharField(
        max_length=10, choices=[(x.value, x.name) for x in DeliveryState], default=DeliveryState.WAITING.value
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["thread", "upto"], name="mail_once_for_each_word")]
        indexes: ClassVar = [models.Index(fields=["next_at"], name="mail_next", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"mail {self.uid}"
