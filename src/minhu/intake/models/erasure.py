"""Whose data was to be forgotten, on which ground, by whom, and what was. No names: numbers, counts; while a case is open, its sealed telephone."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import F, Q

from minhu.engines.lookup import LookupIndexField
from minhu.engines.secrets import EncryptedTextField

_MAYBE: Final[dict[str, Any]] = {"null": True}
"""Cases from before the telephone was kept have none; whoever reads asks for truth."""


class ErasureCase(models.Model):
    """A person's request to be forgotten, confirmed by a second person, or one run of the rule of age."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ground = models.CharField(max_length=8, choices=[("asked", "本人申请"), ("age", "保存期满")])
    phone_index = LookupIndexField(null=True, blank=True, purpose="phone", help_text="of an open case")
    phone = EncryptedTextField(row="uid", blank=True, help_text="of an open case", **_MAYBE)
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    requests = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="over uid, moment and numbers: the certificate's")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ground="age") | ~Q(confirmed_by=F("asked_by")), name="erasure_by_two_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.uid}"


class Erasure(models.Model):
    """One request whose personal data was overwritten; the guard of the request looks for this row.

    `transaction` is the database's number of the transaction that may do it: later ones may not.
    """

    request_id = models.BigIntegerField(primary_key=True)
    case = models.ForeignKey(ErasureCase, models.PROTECT, related_name="erasures")
    at = models.DateTimeField()
    transaction = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.request_id)
