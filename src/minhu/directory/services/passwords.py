"""Passwords as the chosen profile wants them: checked, remembered, and in one profile renewed after 90 days."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from minhu.directory.domain.profiles import complaints
from minhu.directory.models import PastPassword, Staff
from minhu.directory.queries.limits import profile
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid


class ProfileValidator:
    """Lets Django's validation ask the profile (named in the settings)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError with every complaint."""
        if found := complaints(password, profile()):
            raise ValidationError(found, code="profile")

    def get_help_text(self) -> str:
        """What is asked, in one sentence."""
        return rules_in_words()


def rules_in_words() -> str:
    """What a new password must be, for the hint beside the field."""
    wanted = profile()
    kinds = f"，包含大写、小写、数字、符号中的至少 {wanted.classes} 种" if wanted.classes else ""
    past = f"，不能与最近 {wanted.remembered} 次用过的相同" if wanted.remembered else ""
    return f"至少 {wanted.least} 位{kinds}{past}；不要与姓名、账号相近，不要用常见密码。"


def put_password(staff: Staff, password: str | None) -> None:
    """Check and set a password on an account that is not saved yet; None: nobody can sign in with one.

    Raises Invalid with every complaint. The stored hash is salted and slow (Django's PBKDF2).
    """
    if password is None:
        staff.set_unusable_password()
        return
    try:
        validate_password(password, staff)
    except ValidationError as error:
        message = "密码不符合要求：" + " ".join(error.messages)
        raise Invalid(message, code="weak_password", fields={"password": message}) from error
    _refuse_past(staff, password)
    staff.set_password(password)
    staff.password_set_at = now()


def _refuse_past(staff: Staff, password: str) -> None:
    kept = profile().remembered
    if staff.pk is None or not kept:
        return
    hashes = [staff.password, *PastPassword.objects.filter(staff=staff).values_list("hash", flat=True)[: kept - 1]]
    if any(check_password(password, old) for old in dict.fromkeys(hashes)):
        message = f"不能使用最近 {kept} 次用过的密码。"
        raise Invalid(message, code="past_password", fields={"password": message})


def remember(staff: Staff, before: str) -> None:
    """Keep the hash of the password that was replaced, as many as the profile remembers."""
    kept = profile().remembered
    if not kept or not before or before.startswith("!"):
        return
    PastPassword.objects.create(staff=staff, hash=before)
    beyond = list(PastPassword.objects.filter(staff=staff).values_list("pk", flat=True)[kept:])
    PastPassword.objects.filter(pk__in=beyond).delete()


def days_left(staff: Staff) -> int | None:
    """Days until the password must be changed, 0 or less when it must be now; None when it never must."""
    wanted = profile().change_days
    if not wanted or not staff.has_usable_password():
        return None
    set_at = staff.password_set_at or staff.joined_at
    return (set_at + timedelta(days=wanted) - now()).days
