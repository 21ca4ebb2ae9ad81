"""Marks of special needs that somebody agreed to have kept (照顾标记): for his next call, for a time, for one purpose."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField


class CareMark(models.Model):
    """What one telephone's or account's owner wants to be remembered; withdrawn by a word, gone when its time is over."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = EncryptedTextField(row="uid", blank=True, default="")
    phone_index = LookupIndexField(null=True, blank=True, of="phone", purpose="phone")
    sender = EncryptedTextField(row="uid", blank=True, default="")
    sender_index = LookupIndexField(null=True, blank=True, of="sender", purpose="sender")
    needs = EncryptedTextField(row="uid", help_text="codes joined by commas")
    purpose = models.CharField(max_length=100, help_text="what the citizen was told it is kept for")
    how = models.CharField(max_length=12, help_text="how consent was given: page | said")
    given_at = models.DateTimeField()
    noted_by = models.CharField(max_length=64, blank=True, help_text="the agent who heard it")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["phone_index"], name="care_phone"),
            models.Index(fields=["sender_index"], name="care_sender"),
        ]

    def __str__(self) -> str:
        return str(self.uid)
