"""Sessions of people at work: begun after the last step of signing in, watched on each request, ended from anywhere.

A session carries a mark; the row of it (``SignIn``) is what pages list. Ending deletes Django's session row, so that
the next request of that browser is nobody's; a request that is under way cannot bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import login
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from minhu.directory.models import SignIn, Staff
from minhu.directory.policy import Action
from minhu.directory.queries.limits import MARK, mark_in, over
from minhu.directory.services.changes import change, record
from minhu.engines.expiry import Expiring
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import SLACK, is_doubted, is_recent, now
from minhu.kernel.errors import NotAllowed, NotFound

SEEN_EVERY: Final = timedelta(minutes=1)
FRESH: Final = timedelta(minutes=15)
"""How recent a sign-in must be for changing one's own factors."""
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
SIGN_INS: Final = Expiring(
    "directory_signin",
    "t.ended_at",
    "t.ended_at IS NOT NULL",
    "concat_ws(' ', t.id, t.staff_id, t.how, t.second, t.began_at, t.ended_at, t.ended_why, t.address, t.device)",
)
"""The list of sign-ins is a log of the house: how long it is kept says `kernel.keeping`."""
_BROWSERS: Final = (("Edg/", "Edge"), ("MicroMessenger", "微信"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
                    ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS: Final = (("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
                   ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_words(agent: str) -> str:
    """Browser and system out of a User-Agent, in two words; '' when it says nothing known."""
    words = [next((name for sign, name in table if sign in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in words if word)


def begin(request: HttpRequest, staff_id: int, how: str, second: str = "") -> Staff:
    """Open a session for somebody who has proved enough; the session's key is a new one (no fixation)."""
    staff = Staff.objects.get(pk=staff_id, is_active=True)
    request.session.flush()
    login(request, staff, backend=BACKEND)
    _open(request, staff, how, second)
    return staff


def _open(request: HttpRequest, staff: Staff, how: str, second: str) -> dict[str, Any]:
    moment = now()
    row = SignIn.objects.create(
        staff=staff, session_key=request.session.session_key or "", how=how, second=second, began_at=moment,
        seen_at=moment, address=str(request.META.get("REMOTE_ADDR", ""))[:64],
        device=device_words(request.headers.get("User-Agent", ""))[:80],
    )  # fmt: skip
    mark = {
        "id": row.pk, "key": row.session_key, "how": how, "second": second, "at": moment.isoformat(),
        "seen": moment.isoformat(),
    }  # fmt: skip
    request.session[MARK] = mark
    return mark


def mark_of(request: HttpRequest) -> dict[str, Any]:
    """What the session remembers of its beginning; empty before the first request."""
    return mark_in(request.session)


def keep(request: HttpRequest, staff: Staff) -> str:
    """Judge the session of this request: '' when it goes on, else why it ended (idle, longest, ended)."""
    moment = now()
    mark = _taken_back(request, mark_of(request), moment) or _open(request, staff, "other", "")
    seen = datetime.fromisoformat(mark["seen"])
    rows = SignIn.objects.filter(pk=mark["id"], ended_at=None)
    if why := over(request.session):
        rows.update(ended_at=moment, ended_why=why)
        return why
    key = request.session.session_key or ""
    if moment - seen >= SEEN_EVERY or key != mark["key"]:
        if not rows.update(seen_at=moment, session_key=key):
            return "ended"
        request.session[MARK] = {**mark, "seen": moment.isoformat(), "key": key}
    return ""


def _taken_back(request: HttpRequest, mark: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """A mark of a future that the clock has left again begins anew at ``moment``: no session outlives its limits."""
    ahead = {name for name in ("at", "seen") if mark and datetime.fromisoformat(mark[name]) > moment + SLACK}
    if not ahead:
        return mark
    request.session[MARK] = mended = {**mark, **dict.fromkeys(ahead, moment.isoformat())}
    return mended


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved who he is a short while ago."""
    at = mark_of(request).get("at", "")
    return bool(at) and is_recent(datetime.fromisoformat(at), FRESH)


def note_second(request: HttpRequest, second: str) -> None:
    """The person has just enrolled a factor in this session, which proves that he holds it."""
    mark = mark_of(request)
    request.session[MARK] = {**mark, "second": second}
    SignIn.objects.filter(pk=mark.get("id") or 0).update(second=second)


def finish(request: HttpRequest, why: str) -> None:
    """The person signs out, or the session ran out."""
    SignIn.objects.filter(pk=mark_of(request).get("id") or 0, ended_at=None).update(ended_at=now(), ended_why=why)


def _end(rows: Iterable[SignIn], why: str) -> int:
    found = list(rows)
    Session.objects.filter(session_key__in=[row.session_key for row in found if row.session_key]).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in found]).update(ended_at=now(), ended_why=why)
    return len(found)


def end_all_of(staff: Staff, why: str, *, but: int | None = None) -> int:
    """End every session of an account (password, factors or posts changed, account closed); returns how many."""
    rows = SignIn.objects.filter(staff=staff, ended_at=None).exclude(pk=but or 0)
    return _end(rows, why)


def end_own(staff_id: int, sign_in_id: int | None = None, *, but: int | None = None) -> int:
    """End one of one's own sessions, or all but this one; raises NotFound."""
    if current_actor().staff_id != staff_id:
        raise NotAllowed("只能退出自己的登录。", code="not_allowed")
    with change(None):
        rows = SignIn.objects.filter(staff_id=staff_id, ended_at=None).exclude(pk=but or 0)
        rows = rows.filter(pk=sign_in_id) if sign_in_id else rows
        if sign_in_id and not rows.exists():
            raise NotFound("这个登录已经退出了。", code="no_such_session")
        ended = _end(rows, "own")
        record("sessions_ended", ("staff", current_actor().id), count=ended)
        return ended


def revoke(staff_id: int, sign_in_id: int | None = None) -> int:
    """End one session of somebody, or all of them (by the security administrator); raises NotFound."""
    with change(Action.MANAGE_STAFF):
        rows = SignIn.objects.filter(staff_id=staff_id, ended_at=None).select_related("staff")
        rows = rows.filter(pk=sign_in_id) if sign_in_id else rows
        found = list(rows)
        if not found:
            raise NotFound("这个登录已经退出了。", code="no_such_session")
        record("sessions_revoked", ("staff", found[0].staff.username), count=len(found))
        return _end(found, "revoked")


def forget_old() -> int:
    """Close what nobody will use again. Background work; returns how many sessions were deleted."""
    if is_doubted():
        return 0
    moment = now()
    dead = SignIn.objects.filter(ended_at=None, seen_at__lt=moment - timedelta(days=1))
    dead.update(ended_at=moment, ended_why="longest")
    return Session.objects.filter(expire_date__lt=moment).delete()[0]
