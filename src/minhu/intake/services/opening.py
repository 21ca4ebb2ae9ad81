"""A citizen opens a request with number and follow code; whoever guesses is slowed down, and shuts nobody else out.

Six digits are a million possibilities. Counted are, within a quarter of an hour, five wrong codes for a number and
twenty over all numbers from one network: then it waits a quarter of an hour. From everywhere together, thirty within
an hour for one number close it for an hour to every network that guessed wrong there within the last day; from others
a right code still opens, so who knows a number cannot lock its citizen out, and a wrong one is answered as the closed
door is. A thousand compared codes within a day close it to everybody for a day. So no more than 1,000 guesses a day
reach one number, however many networks guess: one chance in a thousand a day, an even chance after some 500 days; one
network alone has fewer than 480 a day. A closed door compares nothing and counts nothing further.

Each attempt is counted on a connection of its own before the code is compared, so that neither a rolled back page nor
parallel guesses escape the count.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class _Bound:
    """So many codes within ``span``; one more closes the door for as long again."""

    most: int
    span: timedelta


FOR_PAIR: Final = _Bound(5, timedelta(minutes=15))
FOR_CLIENT: Final = _Bound(20, timedelta(minutes=15))
FOR_NUMBER: Final = _Bound(30, timedelta(hours=1))
FOR_DAY: Final = _Bound(1000, timedelta(days=1))
REMEMBERED: Final = timedelta(days=1)
"""How long it is known that a network guessed wrong at a number."""
NETWORK_BITS: Final = 56
"""One household of IPv6 has as many addresses as it likes: it counts as one."""

_COUNT = """
INSERT INTO intake_attempt AS a (key, failures, window_from) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  failures = CASE WHEN a.blocked_until > %(now)s THEN a.failures
                  WHEN a.window_from < %(from)s OR a.blocked_until IS NOT NULL THEN 1 ELSE a.failures + 1 END,
  window_from = CASE WHEN a.window_from < %(from)s OR a.blocked_until <= %(now)s THEN %(now)s ELSE a.window_from END,
  blocked_until = CASE WHEN a.blocked_until > %(now)s THEN a.blocked_until
                       WHEN a.window_from >= %(from)s AND a.blocked_until IS NULL AND a.failures >= %(most)s
                       THEN %(until)s ELSE NULL END
RETURNING blocked_until, xmax = 0
"""
_SWEEP = """
DELETE FROM intake_attempt WHERE window_from < %(old)s AND (blocked_until IS NULL OR blocked_until <= %(now)s)
"""
_WRONG = "编号或查询码不正确，请核对后再试。查询码是提交成功时显示的 6 位数字。"


def open_by_code(number: str, code: str, client: str) -> int:
    """Return the id of the request that `number` and `code` open; `client` is the caller's address or session.

    Raises NotFound when they do not fit (the same words for a wrong number and a wrong code), TooMany where the
    bounds above are passed.
    """
    tidy, network = normalise_number(number)[:32], network_of(client)
    pair = f"p:{blind_index(f'{tidy} {network}', 'client').hex()}"
    counted = (f"c:{blind_index(network, 'client').hex()}", f"n:{tidy}", f"d:{tidy}")
    closed_until = _count(pair, *counted)
    with transaction.atomic(), elevated("the code is the proof; before it nothing may be seen"):
        found = Request.objects.filter(number=tidy).values_list("pk", "code_digest").first()
        if not codes.matches(tidy, code, found[1] if found else ""):
            if closed_until is not None:
                raise _too_many(closed_until)
            raise NotFound(_WRONG, code="wrong_code")
        assert found is not None  # noqa: S101  # matches() refuses an empty digest
        Attempt.objects.filter(key=pair).delete()
        # only this right answer is taken back: an own request must not buy new guesses at those of others,
        # and the citizen's own visit must not buy them for whoever guesses at it meanwhile
        Attempt.objects.filter(key__in=counted, failures__gt=0).update(failures=F("failures") - 1)
        ledger.append("request.opened", ("request", found[0]), {})
    return int(found[0])


def network_of(client: str) -> str:
    """What guesses are counted against: an address of IPv6 by its network, everything else as it is."""
    try:
        address = ip_address(client)
    except ValueError:
        return client or "-"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), NETWORK_BITS), strict=False))
    return str(address)


def after_set_back() -> int:
    """Windows and closed doors that a clock ahead of time stamped begin now; returns how many.

    A door stays closed for as long as its bound says from now on, so a clock set back buys nobody further guesses.
    """
    moment = now()
    bounds = {"p:": FOR_PAIR, "c:": FOR_CLIENT, "n:": FOR_NUMBER, "d:": FOR_DAY}
    changed = Attempt.objects.filter(window_from__gt=moment).update(window_from=moment)
    for start, bound in bounds.items():
        closed = Attempt.objects.filter(key__startswith=start, blocked_until__gt=moment + bound.span)
        changed += closed.update(blocked_until=moment + bound.span)
    return changed


def looks_like_number(text: str) -> bool:
    """Whether what was typed can be a number at all, for a friendlier message before an attempt is counted."""
    return is_valid_number(normalise_number(text))


def _count(pair: str, client: str, number: str, day: str) -> datetime | None:
    """Count an attempt; TooMany where it may not be compared, else until when the number is closed to the others."""
    moment = now()
    with closing(connection.copy()) as own, own.cursor() as cursor:

        def add(key: str, bound: _Bound) -> tuple[datetime | None, bool]:
            values: dict[str, Any] = {"key": key, "most": bound.most, "now": moment}
            cursor.execute(_COUNT, {**values, "from": moment - bound.span, "until": moment + bound.span})
            until, new = cursor.fetchone()
            return until, new

        cursor.execute(_SWEEP, {"old": moment - REMEMBERED, "now": moment})
        until, _new = add(client, FOR_CLIENT)
        if until is not None:
            raise _too_many(until)
        until, first = add(pair, FOR_PAIR)
        if until is not None:
            raise _too_many(until)
        closed_until, _new = add(number, FOR_NUMBER)
        if closed_until is not None and not first:
            raise _too_many(closed_until)
        until, _new = add(day, FOR_DAY)
        if until is not None:
            raise _too_many(until)
    return closed_until


def _too_many(until: datetime) -> TooMany:
    minutes = max(1, round((until - now()).total_seconds() / 60))
    return TooMany(f"查询码输错次数过多，请 {minutes} 分钟后再试，或拨打 12345 查询。", code="too_many_attempts")
