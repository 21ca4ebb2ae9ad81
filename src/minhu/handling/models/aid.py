"""Cases of possible social assistance beside orders: kinds and places of the words, consent, what was shared, the receipt."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from minhu.engines.secrets import EncryptedTextField
from minhu.handling.domain.aid import AidBasis, AidOutcome, AidState
from minhu.handling.models.orders import Order


class AidCase(models.Model):
    """One order's; the shared fields are sealed copies, so that the unit reads nothing else of the citizen."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.OneToOneField(Order, models.CASCADE, related_name="aid")
    state = models.CharField(
        max_length=12, default=AidState.SUGGESTED.value, choices=[(x.value, x.name) for x in AidState]
    )
    signs = models.CharField(max_length=300, help_text="kind:start:end of the words in the request, commas between")
    maker = models.CharField(max_length=64, help_text="the rules that found them, or the account that marked it")
    made_at = models.DateTimeField()
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    basis = models.CharField(max_length=8, blank=True, choices=[(x.value, x.name) for x in AidBasis])
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when the citizen was asked for consent")
    asked_by = models.CharField(max_length=64, blank=True)
    why = EncryptedTextField(
        row="uid", blank=True, default="", help_text="of dismissing, or of sharing without consent"
    )
    shared = EncryptedTextField(row="uid", blank=True, default="", help_text="JSON of the fields that were shared")
    shared_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=12, blank=True, choices=[(x.value, x.name) for x in AidOutcome])
    answer = EncryptedTextField(row="uid", blank=True, default="", help_text="what the unit says beside it")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["unit", "-shared_at"], name="aid_of_unit"),
            models.Index(fields=["made_at"], name="aid_suggested", condition=models.Q(state="suggested")),
        ]

    def __str__(self) -> str:
        return f"aid of {self.order_id}: {self.state}"
