"""People who work here, the posts they hold, and the tokens of partner programs."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.directory.types import Role
from minhu.kernel.clock import now


class StaffManager(BaseUserManager["Staff"]):
    """Creates accounts; there are no superusers (default deny, three administrators)."""

    def create_user(self, username: str, password: str | None = None, **extra: object) -> Staff:
        """Create an account; without a password nobody can sign in to it."""
        staff = self.model(username=username, **extra)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """An account of a person at work. What it may do follows from its posts only."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    employee_number = models.CharField(max_length=32, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    demo = models.BooleanField(default=False, help_text="offered by the one-click login of the demo")
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True, blank=True)
    password_set_at = models.DateTimeField(null=True, blank=True)
    has_factor = models.BooleanField(default=False, help_text="a confirmed second factor exists")
    factor_failures = models.PositiveSmallIntegerField(default=0)
    factor_locked_until = models.DateTimeField(null=True, blank=True)
    may_break_glass = models.BooleanField(default=False, help_text="named for emergency access")
    emergency_until = models.DateTimeField(null=True, blank=True, help_text="emergency access is open until then")

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name shown on pages."""
        return self.name


class Post(models.Model):
    """A role that a person holds at a unit for a time."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="posts")
    unit = models.ForeignKey("directory.Unit", models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16, choices=[(x.value, x.name) for x in Role])
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    absence = models.ForeignKey(
        "directory.Absence",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="posts",
        help_text="held while somebody is away",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "unit", "role", "absence"], name="post_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.unit} · {self.role}"


class ApiToken(models.Model):
    """A token of a partner program; only its digest is kept."""

    name = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8, help_text="first characters, to recognise it")
    scopes = ArrayField(models.CharField(max_length=32), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    per_minute = models.PositiveIntegerField(default=6000)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
