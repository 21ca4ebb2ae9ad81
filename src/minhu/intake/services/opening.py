"""A citizen opens a request with number and follow code; whoever guesses is slowed down, whatever they change.

Six digits are a million possibilities: five wrong codes for one number, or twenty from one client, within a
quarter of an hour close the door for a quarter of an hour. Each attempt is counted on a connection of its own
before the code is compared, so that neither a rolled back page nor parallel guesses escape the count.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from minhu.directory.access import elevated
from minhu.engines.secrets import blind_index
from minhu.intake import codes
from minhu.intake.models import Attempt, Request
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound, TooMany
from minhu.kernel.numbers import is_valid_number, normalise_number
from minhu.ledger import services as ledger

WINDOW = timedelta(minutes=15)
COOL_OFF = timedelta(minutes=15)
MOST_FOR_NUMBER = 5
MOST_FOR_CLIENT = 20

_COUNT = """
INSERT INTO intake_attempt AS a (key, failures, window_from) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  failures = CASE WHEN a.blocked_until > %(now)s THEN a.failures
                  WHEN a.window_from < %(from)s OR a.blocked_until IS NOT NULL THEN 1 ELSE a.failures + 1 END,
  window_from = CASE WHEN a.window_from < %(from)s OR a.blocked_until <= %(now)s THEN %(now)s ELSE a.window_from END,
  blocked_until = CASE WHEN a.blocked_until > %(now)s THEN a.blocked_until
                       WHEN a.window_from >= %(from)s AND a.blocked_until IS NULL AND a.failures >= %(most)s
                       THEN %(until)s ELSE NULL END
RETURNING blocked_until
"""
_SWEEP = "DELETE FROM intake_attempt WHERE window_from < %(old)s"
_WRONG = "编号或查询码不正确，请核对后再试。查询码是提交成功时显示的 6 位数字。"


def open_by_code(number: str, code: str, client: str) -> int:
    """Return the id of the request that `number` and `code` open; `client` is the caller's address or session.

    Raises NotFound when they do not fit (the same words for a wrong number and a wrong code), TooMany after
    five wrong codes for a number or twenty from a client.
    """
    tidy = normalise_number(number)[:32]
    keys = (f"n:{tidy}", f"c:{blind_index(client or '-', 'client').hex()}")
    _count(keys)
    with transaction.atomic(), elevated("the code is the proof; before it nothing may be seen"):
        found = Request.objects.filter(number=tidy).values_list("pk", "code_digest").first()
        if not codes.matches(tidy, code, found[1] if found else ""):
            raise NotFound(_WRONG, code="wrong_code")
        assert found is not None  # noqa: S101  # matches() refuses an empty digest
        Attempt.objects.filter(key=keys[0]).delete()
        # only this right answer is taken back: an own request must not buy new guesses at those of others
        Attempt.objects.filter(key=keys[1], failures__gt=0).update(failures=F("failures") - 1)
        ledger.append("request.opened", ("request", found[0]), {})
    return int(found[0])


def looks_like_number(text: str) -> bool:
    """Whether what was typed can be a number at all, for a friendlier message before an attempt is counted."""
    return is_valid_number(normalise_number(text))


def _count(keys: tuple[str, str]) -> None:
    moment = now()
    common: dict[str, Any] = {"now": moment, "from": moment - WINDOW, "until": moment + COOL_OFF}
    blocked = []
    with closing(connection.copy()) as own, own.cursor() as cursor:
        for key, most in zip(keys, (MOST_FOR_NUMBER, MOST_FOR_CLIENT), strict=True):
            cursor.execute(_COUNT, {**common, "key": key, "most": most})
            blocked += [until for (until,) in cursor.fetchall() if until is not None]
        cursor.execute(_SWEEP, {"old": moment - timedelta(days=1)})
    if blocked:
        minutes = max(1, round((max(blocked) - moment).total_seconds() / 60))
        raise TooMany(f"查询码输错次数过多，请 {minutes} 分钟后再试，或拨打 12345 查询。", code="too_many_attempts")
