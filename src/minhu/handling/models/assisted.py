"""What the assistants of the process proposed to whoever reviews a reply or calls a citizen back, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minhu.directory.types import ProcessStep
from minhu.handling.models.orders import Order
from minhu.intake.types import Outcome


class AssistantAdvice(models.Model):
    """One proposal to a person; it holds places in the reply, never its words."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="assistant_advice")
    step = models.CharField(max_length=12, choices=[(x.value, x.said) for x in ProcessStep])
    version = models.PositiveIntegerField(help_text="of the order when it was made")
    proposal = models.CharField(max_length=12, help_text="approve, reject; close, call, reopen")
    reasons = models.JSONField(default=list, help_text="code, reason in Chinese, start and end in the reply")
    maker = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in Outcome], default=Outcome.PENDING.value
    )
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["step", "-made_at"], name="advice_of_step")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "step", "version"], name="advised_once_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.order_id}: {self.proposal}"
