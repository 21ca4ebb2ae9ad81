"""What contracts leave behind besides the ledger: warnings for the supervision desk, marks of replies."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from minhu.handling.domain.warnings import Warned
from minhu.handling.models.orders import Order


class ContractWarning(models.Model):
    """A warning raised by contract (合约预警), once for each cause; a person settles it with a word."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="contract_warnings")
    warned = models.CharField(max_length=12, choices=[(w.value, w.said) for w in Warned])
    cause = models.CharField(max_length=64, help_text="what it is about, once for an order")
    position = models.BigIntegerField(help_text="of the entry of the ledger that made it")
    at = models.DateTimeField(help_text="when that happened")
    raised_at = models.DateTimeField()
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    detail = models.CharField(max_length=300)
    other = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="+", help_text="copied from")
    similarity = models.FloatField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["warned", "-id"], condition=Q(settled_at__isnull=True), name="contract_warning_open"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "cause"], name="warned_once_per_cause")]

    def __str__(self) -> str:
        return f"{self.warned} of {self.order_id}"


class ReplyMark(models.Model):
    """By which a copied reply is found again: hashes of what was replied, no words."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="reply_marks")
    step = models.BigIntegerField(help_text="of the order's history, in which the reply was given")
    at = models.DateTimeField()
    bands = ArrayField(models.BigIntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["bands"], name="reply_mark_bands")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "step"], name="marked_once_per_step")]

    def __str__(self) -> str:
        return f"mark of step {self.step}"
