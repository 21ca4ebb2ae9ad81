"""What was stamped by a clock that ran ahead and was set back: locks end, codes work again, nothing stays open."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt

from minhu.directory.domain.codes import DRIFT, step_of
from minhu.directory.models import Emergency, Factor, Staff
from minhu.directory.queries.limits import profile
from minhu.directory.services.break_glass import minutes
from minhu.kernel.clock import now


def after_set_back() -> int:
    """Bring moments that cannot be back to the longest that could be asked for now; returns how many rows.

    Codes of an app count again from the step after next, so that none that was used may be used again. Belongs to the
    caller's transaction.
    """
    moment = now()
    step = step_of(moment) + DRIFT
    locked = moment + profile().lock_for
    open_until = moment + timedelta(minutes=minutes())
    changed = [
        Factor.objects.filter(last_step__gt=step).update(last_step=step),
        Staff.objects.filter(factor_locked_until__gt=locked).update(factor_locked_until=locked),
        Staff.objects.filter(emergency_until__gt=open_until).update(emergency_until=open_until),
        Emergency.objects.filter(ended_at=None, until__gt=open_until).update(until=open_until),
        AccessAttempt.objects.filter(attempt_time__gt=moment).update(attempt_time=moment),
    ]
    return sum(changed)
