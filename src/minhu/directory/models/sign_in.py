"""How people prove who they are: second factors, recovery codes, past passwords, sessions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from minhu.directory.models.accounts import Staff
from minhu.directory.types import FactorKind
from minhu.engines.secrets import EncryptedTextField
from minhu.kernel.clock import now


class Factor(models.Model):
    """A second factor: the seed of a telephone app (sealed), or the public half of a passkey."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=[(x.value, x.name) for x in FactorKind])
    name = models.CharField(max_length=64, blank=True)
    secret = EncryptedTextField(row="staff_id", blank=True, default="")
    last_step = models.BigIntegerField(default=0, help_text="a time-based code counts once")
    credential_id = models.BinaryField(null=True, unique=True)
    public_key = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0, help_text="goes only up; going back means a copied key")
    made_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff"], condition=Q(kind=FactorKind.TOTP.value), name="one_app_each")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost factor; only its keyed digest is kept."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.staff_id}"


class PastPassword(models.Model):
    """The hash of a password that somebody had, so that it does not come back."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="past_passwords")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"past password of {self.staff_id}"


class SignIn(models.Model):
    """One session of a person: from where, on what, by which way in, and how it ended."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, db_index=True)
    how = models.CharField(max_length=16)
    second = models.CharField(max_length=16, blank=True, help_text="the second factor that was shown")
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=80, blank=True)
    began_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering: ClassVar = ["-seen_at"]
        indexes: ClassVar = [
            models.Index(fields=["staff", "-seen_at"], condition=Q(ended_at=None), name="sign_in_open"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.device} {self.address}"
