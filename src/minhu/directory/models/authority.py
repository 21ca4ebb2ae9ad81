"""Authority for a time or by two people: proposals about administrators, emergency access, absences."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from minhu.directory.models.accounts import Staff
from minhu.directory.types import ProposalKind, ProposalState
from minhu.kernel.clock import now


class Proposal(models.Model):
    """A change to an administrator that one person asked for and another must confirm."""

    kind = models.CharField(max_length=12, choices=[(x.value, x.name) for x in ProposalKind])
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="proposals")
    content = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    state = models.CharField(
        max_length=12, choices=[(x.value, x.name) for x in ProposalState], default=ProposalState.OPEN.value
    )
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="two_people_decide"),
            models.CheckConstraint(condition=~Q(decided_by=F("staff")), name="not_about_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.staff_id} {self.state}"


class Emergency(models.Model):
    """Emergency access (break-glass): a named person, a reason, a short time; reviewed afterwards by the auditor."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="emergencies")
    reason = models.CharField(max_length=500)
    began_at = models.DateTimeField(default=now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=500, blank=True)
    justified = models.BooleanField(null=True)

    class Meta:
        ordering: ClassVar = ["-began_at"]
        verbose_name_plural = "emergencies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reviewed_by=F("staff")), name="reviewed_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.began_at:%Y-%m-%d %H:%M}"


class Absence(models.Model):
    """Somebody is away from one day to another; a colleague acts in these posts meanwhile."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="absences")
    acting = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16)
    first_day = models.DateField()
    last_day = models.DateField()
    entered_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=now)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-first_day"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_in_order"),
            models.CheckConstraint(condition=~Q(acting=F("staff")), name="another_acts"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.first_day}–{self.last_day}"
