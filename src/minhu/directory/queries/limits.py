"""How long a session lives, and what it remembers of its beginning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from minhu.directory.domain.profiles import PROFILES, Profile
from minhu.kernel.clock import now

MARK: Final = "minhu_sign_in"


def profile() -> Profile:
    """The profile of this installation (MINHU_PASSWORD_PROFILE)."""
    return PROFILES[settings.MINHU_PASSWORD_PROFILE]


def idle_limit() -> timedelta:
    """How long a session lives without a request: MINHU_IDLE_MINUTES, else the profile's."""
    minutes = settings.MINHU_IDLE_MINUTES
    return timedelta(minutes=minutes) if minutes else profile().idle


def mark_in(session: Mapping[str, Any] | Any) -> dict[str, Any]:
    """What a session remembers of its beginning; empty before the first request."""
    found = session.get(MARK)
    return found if isinstance(found, dict) else {}


def over(session: Mapping[str, Any] | Any) -> str:
    """Why a session ran out: 'idle' or 'longest'; '' while it lives."""
    mark, moment = mark_in(session), now()
    if not mark:
        return ""
    if moment - datetime.fromisoformat(mark["seen"]) > idle_limit():
        return "idle"
    return "longest" if moment - datetime.fromisoformat(mark["at"]) > profile().longest else ""
