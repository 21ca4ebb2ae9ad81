"""Seats of agents, what they were offered, who listens in, and the front door's rules and emergencies."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from minhu.engines.secrets import EncryptedTextField
from minhu.intake.domain.emergency import ModeState
from minhu.intake.domain.seats import OfferOutcome, SeatState
from minhu.intake.models.talks import Talk

STATES = [(one.value, one.name) for one in SeatState]


class Seat(models.Model):
    """Where an agent works, and in which state; one for each account that ever was ready."""

    staff = models.OneToOneField("directory.Staff", models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, default=SeatState.OFF.value, choices=STATES)
    since = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True)
    at_home = models.BooleanField(default=False)
    lines = ArrayField(models.CharField(max_length=32), default=list, blank=True, help_text="codes; none: all lines")
    seen_at = models.DateTimeField(help_text="when its browser was last heard of")

    def __str__(self) -> str:
        return f"{self.staff_id} {self.state}"


class SeatChange(models.Model):
    """A state that a seat came into; never edited, for the figures of time in each state."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="changes")
    state = models.CharField(max_length=8, choices=STATES)
    reason = models.CharField(max_length=40, blank=True)
    at_home = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["seat", "at"], name="seat_changes")]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.state}"


class SeatOffer(models.Model):
    """A talk offered to a seat; one open offer a talk at most."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="offers")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="offers")
    outcome = models.CharField(
        max_length=12, default=OfferOutcome.OPEN.value, choices=[(one.value, one.name) for one in OfferOutcome]
    )
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["talk"], condition=Q(outcome="open"), name="offer_once_at_a_time")
        ]
        indexes: ClassVar = [models.Index(fields=["seat", "offered_at"], name="seat_offers")]

    def __str__(self) -> str:
        return f"{self.talk_id} {self.outcome}"


class Listener(models.Model):
    """A supervisor who reads or hears a talk while it is held."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="listeners")
    staff = models.ForeignKey("directory.Staff", models.CASCADE, related_name="+")
    by_ear = models.BooleanField(default=False, help_text="the sound of a call, not only its words")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["talk", "staff", "by_ear"], condition=Q(ended_at=None), name="listener_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.talk_id} {self.staff_id}"


class Whisper(models.Model):
    """Words of a supervisor that only the agent of a talk sees."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="whispers")
    staff = models.CharField(max_length=64, help_text="who whispers")
    text = EncryptedTextField(row="uid", blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["talk", "at"]

    def __str__(self) -> str:
        return f"{self.talk_id} {self.at}"


class FrontDoor(models.Model):
    """The city's numbers for the front door; one row, none while the shipped ones hold."""

    rules = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.changed_at}"


class EmergencyMode(models.Model):
    """An emergency of the front door: proposed by rule or switched on by a person; one of each at a time."""

    state = models.CharField(max_length=8, choices=[(one.value, one.name) for one in ModeState])
    proposed_at = models.DateTimeField(null=True, blank=True)
    basis = models.JSONField(default=dict, help_text="the figures that it was proposed by")
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("directory.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    report = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state__in=["proposed", "on"]), name="emergency_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.began_at}"
