"""The second step of signing in: codes of an app, recovery codes; wrong ones are counted for the account and lock it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from minhu.directory.domain.codes import matching_step, plain_recovery_code
from minhu.directory.models import Factor, Post, RecoveryCode, Staff
from minhu.directory.policy import POLICY, Action
from minhu.directory.queries.limits import profile
from minhu.directory.services.changes import record
from minhu.directory.types import ADMINISTRATORS, FactorKind, Role
from minhu.engines.secrets import blind_index
from minhu.kernel.clock import now

PERSONAL = frozenset({Action.VIEW_REQUESTER, Action.EXPORT})
SENSITIVE: frozenset[Role] = ADMINISTRATORS | {rule.role for rule in POLICY if rule.actions & PERSONAL}
"""Roles that must show two factors: administrators, and who sees requesters or exports."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a second step: the factor that was right, or until when nobody may try."""

    right: str = ""
    locked_until: datetime | None = None


def is_wanted(roles: frozenset[str]) -> bool:
    """Whether people with ``roles`` must have a second factor here (MINHU_SECOND_FACTOR)."""
    asked = settings.MINHU_SECOND_FACTOR
    if asked == "all":
        return True
    return asked == "sensitive" and not roles.isdisjoint(SENSITIVE)


def roles_ever(staff: Staff) -> frozenset[str]:
    """All roles of an account, also of posts that begin later."""
    return frozenset(Post.objects.filter(staff=staff).values_list("role", flat=True))


def locked_until(staff: Staff) -> datetime | None:
    """Until when the second step of an account is shut; None when it is open."""
    until = staff.factor_locked_until
    return until if until is not None and until > now() else None


def try_code(staff_id: int, typed: str) -> Outcome:
    """Judge a typed code, of the app or a recovery code. The account is locked meanwhile: no two guesses at a time."""
    staff = Staff.objects.select_for_update().get(pk=staff_id)
    if until := locked_until(staff):
        return Outcome(locked_until=until)
    right = _app(staff, typed) or _recovery(staff, typed)
    return _settle(staff, right)


def note_passkey(staff_id: int, right: bool) -> Outcome:
    """Count the result of a passkey as that of a code."""
    staff = Staff.objects.select_for_update().get(pk=staff_id)
    if until := locked_until(staff):
        return Outcome(locked_until=until)
    return _settle(staff, FactorKind.PASSKEY.value if right else "")


def _settle(staff: Staff, right: str) -> Outcome:
    if right:
        if staff.factor_failures:
            staff.factor_failures = 0
            staff.save(update_fields=["factor_failures"])
        return Outcome(right=right)
    wanted = profile()
    staff.factor_failures += 1
    if staff.factor_failures >= wanted.attempts:
        staff.factor_failures = 0
        staff.factor_locked_until = now() + wanted.lock_for
        record("second_step_locked", ("staff", staff.username), minutes=int(wanted.lock_for.total_seconds() // 60))
    staff.save(update_fields=["factor_failures", "factor_locked_until"])
    return Outcome(locked_until=locked_until(staff))


def _app(staff: Staff, typed: str) -> str:
    factor = Factor.objects.filter(staff=staff, kind=FactorKind.TOTP, confirmed_at__isnull=False).first()
    if factor is None or not factor.secret:
        return ""
    step = matching_step(factor.secret, typed, now(), factor.last_step)
    if step is None:
        return ""
    Factor.objects.filter(pk=factor.pk).update(last_step=step, used_at=now())
    return FactorKind.TOTP.value


def recovery_digest(staff_id: int, plain: str) -> bytes:
    """The keyed digest of a recovery code; the key lies outside the database."""
    return blind_index(plain, f"recovery.{staff_id}")


def _recovery(staff: Staff, typed: str) -> str:
    plain = plain_recovery_code(typed)
    if not plain:
        return ""
    rows = RecoveryCode.objects.filter(staff=staff, used_at=None, digest=recovery_digest(staff.pk, plain))
    if not rows.update(used_at=now()):
        return ""
    left = RecoveryCode.objects.filter(staff=staff, used_at=None).count()
    record("recovery_code_used", ("staff", staff.username), left=left)
    return "recovery"
