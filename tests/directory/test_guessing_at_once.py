"""Many guesses at the same moment: a limit that is only read before it is written is no limit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from minhu.directory.domain.codes import code_at, plain_recovery_code, step_of
from minhu.directory.models import Factor, RecoveryCode, Staff
from minhu.directory.services import second_step
from minhu.kernel.clock import now

pytestmark = pytest.mark.django_db(transaction=True)
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODE = "ABCD-EFGH-JKMN-PQRS"
AT_ONCE = 8


@pytest.fixture
def staff() -> Staff:
    """Somebody with an app and one recovery code."""
    staff = Staff.objects.create(username="zhang", name="张某", has_factor=True)
    Factor.objects.create(staff=staff, kind="totp", secret=SEED, confirmed_at=now())
    RecoveryCode.objects.create(staff=staff, digest=second_step.recovery_digest(staff.pk, plain_recovery_code(CODE)))
    return staff


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run ``work`` in many transactions that begin together."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        barrier.wait(10)
        try:
            with transaction.atomic():
                return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_one_code_opens_one_door(staff: Staff, kind: str) -> None:
    typed = code_at(SEED, step_of(now())) if kind == "totp" else CODE
    outcomes = at_once(lambda _number: second_step.try_code(staff.pk, typed))
    assert sorted(one.right for one in outcomes) == [""] * (AT_ONCE - 1) + [kind]


def test_five_tries_are_five_however_fast(staff: Staff) -> None:
    at_once(lambda number: second_step.try_code(staff.pk, f"{number:06d}"))
    staff.refresh_from_db()
    assert second_step.locked_until(staff) is not None
    with transaction.atomic():
        assert second_step.try_code(staff.pk, CODE).right == ""
