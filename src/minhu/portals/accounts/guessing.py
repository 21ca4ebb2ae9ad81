"""Guessing from many addresses: a lock for the whole account, above the one for account and address."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Sum
from django.http import HttpRequest

from minhu.kernel.clock import now

MOST_ANYWHERE: Final = 20
"""Wrong passwords for one account from all addresses together, within the time of a lock."""


def is_shut(username: str) -> bool:
    """Whether an account was tried too often from everywhere together; unknown names count just the same."""
    since = now() - timedelta(hours=float(settings.AXES_COOLOFF_TIME))
    rows = AccessAttempt.objects.filter(username=username.strip()[:255], attempt_time__gt=since)
    return bool((rows.aggregate(total=Sum("failures_since_start"))["total"] or 0) >= MOST_ANYWHERE)


def note_wrong(request: HttpRequest, username: str) -> None:
    """Count a wrong old password as a wrong password at the door."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
