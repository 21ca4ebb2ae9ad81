"""Second factors of one's own (enrol, name, remove, new recovery codes), and their reset by the security administrator."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.domain.codes import (
    address_for_app,
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_recovery_code,
)
from minhu.directory.models import Factor, RecoveryCode, Staff
from minhu.directory.policy import Action
from minhu.directory.services.accounts import get_staff, not_alone
from minhu.directory.services.changes import change, record
from minhu.directory.services.second_step import is_wanted, recovery_digest, roles_ever
from minhu.directory.services.sign_ins import end_all_of
from minhu.directory.types import FactorKind
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

ISSUER = "民呼 12345"
MOST_PASSKEYS = 10


@dataclass(frozen=True, slots=True)
class Seed:
    """What the enrolment page shows: the address in the picture, and the seed for typing."""

    address: str
    secret: str


def _own(staff_id: int) -> None:
    if current_actor().staff_id != staff_id:
        raise NotAllowed("只能设置自己的验证方式。", code="not_allowed")


def begin_app(staff_id: int, *, anew: bool = True) -> Seed:
    """Make a seed for a telephone app, sealed and not yet valid; with ``anew`` false an unconfirmed one is shown again."""
    _own(staff_id)
    with change(None):
        staff = get_staff(staff_id, lock=True)
        there = Factor.objects.filter(staff=staff, kind=FactorKind.TOTP).first()
        if there is not None and there.confirmed_at is not None:
            raise Conflict("已经绑定了验证器，请先删除原来的。", code="app_there")
        secret = new_secret() if anew or there is None or not there.secret else there.secret
        Factor.objects.update_or_create(
            staff=staff, kind=FactorKind.TOTP.value, defaults={"secret": secret, "made_at": now(), "last_step": 0}
        )
        return Seed(address_for_app(secret, staff.username, ISSUER), secret)


def confirm_app(staff_id: int, code: str) -> list[str]:
    """Make the seed valid once its first code is right; returns new recovery codes when there were none."""
    _own(staff_id)
    with change(None):
        staff = get_staff(staff_id, lock=True)
        factor = Factor.objects.filter(staff=staff, kind=FactorKind.TOTP, confirmed_at=None).first()
        if factor is None or not factor.secret:
            raise Conflict("绑定已过期，请重新扫描二维码。", code="no_seed")
        step = matching_step(factor.secret, code, now(), factor.last_step)
        if step is None:
            message = "验证码不正确，请输入手机上当前显示的 6 位数字；如一直不对，请检查手机时间是否准确。"
            raise Invalid(message, code="wrong_code", fields={"code": message})
        factor.last_step, factor.confirmed_at, factor.name = step, now(), "验证器"
        factor.save(update_fields=["last_step", "confirmed_at", "name"])
        return added(staff, FactorKind.TOTP)


def added(staff: Staff, kind: FactorKind) -> list[str]:
    """What every new factor brings: the mark on the account, a ledger entry, recovery codes with the first one."""
    if not staff.has_factor:
        staff.has_factor = True
        staff.save(update_fields=["has_factor"])
    record("factor_added", ("staff", staff.username), factor=kind.value)
    if RecoveryCode.objects.filter(staff=staff, used_at=None).exists():
        return []
    return _make_codes(staff)


def _make_codes(staff: Staff) -> list[str]:
    RecoveryCode.objects.filter(staff=staff).delete()
    codes = new_recovery_codes()
    digests = (recovery_digest(staff.pk, plain_recovery_code(code)) for code in codes)
    RecoveryCode.objects.bulk_create(RecoveryCode(staff=staff, digest=digest) for digest in digests)
    record("recovery_codes_made", ("staff", staff.username), count=len(codes))
    return codes


def new_codes(staff_id: int) -> list[str]:
    """New recovery codes; the old ones are worthless from now on. Shown once."""
    _own(staff_id)
    with change(None):
        staff = get_staff(staff_id, lock=True)
        if not staff.has_factor:
            raise Conflict("请先绑定验证器或通行密钥。", code="no_factor")
        return _make_codes(staff)


def remove(staff_id: int, factor_id: int) -> None:
    """Remove one of one's own factors; the last one stays where the role asks for two."""
    _own(staff_id)
    with change(None):
        staff = get_staff(staff_id, lock=True)
        rows = Factor.objects.filter(staff=staff, confirmed_at__isnull=False)
        factor = rows.filter(pk=factor_id).first()
        if factor is None:
            raise NotFound("没有找到这个验证方式。", code="no_such_factor")
        last = rows.count() == 1
        if last and is_wanted(roles_ever(staff)):
            raise Conflict("您的岗位必须使用双因素登录，请先添加另一种验证方式再删除这一种。", code="last_factor")
        factor.delete()
        record("factor_removed", ("staff", staff.username), factor=factor.kind)
        if last:
            forget_all(staff)


def forget_all(staff: Staff) -> None:
    """Take every factor and recovery code from an account, and the lock of its second step."""
    Factor.objects.filter(staff=staff).delete()
    RecoveryCode.objects.filter(staff=staff).delete()
    staff.has_factor, staff.factor_failures, staff.factor_locked_until = False, 0, None
    staff.save(update_fields=["has_factor", "factor_failures", "factor_locked_until"])


def reset_for(staff_id: int) -> None:
    """Reset by the security administrator; raises Conflict (two_people) for an administrator's account."""
    with change(Action.MANAGE_STAFF):
        staff = get_staff(staff_id, lock=True)
        if current_actor().staff_id == staff.pk:
            raise NotAllowed("不能重置自己的双因素验证，请由另一位安全管理员操作。", code="not_oneself")
        not_alone(staff, "重置")
        reset(staff)


def reset(staff: Staff) -> None:
    """Somebody lost everything: no factors, no sessions; the next sign-in enrols anew where the role asks for it."""
    forget_all(staff)
    end_all_of(staff, "factors")
    record("factors_reset", ("staff", staff.username))
