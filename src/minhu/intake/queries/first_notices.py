"""Which bulletins the first words of a talk name while an emergency is on: those of its line, nearest to its caller first."""

from __future__ import annotations

from collections.abc import Sequence

from minhu.directory.queries.rules import lines
from minhu.directory.queries.units import unit_by_code
from minhu.engines import lookup
from minhu.intake.models import Bulletin, Fingerprint, Request
from minhu.intake.queries.bulletins import in_force
from minhu.intake.queries.front_door import emergency_on
from minhu.kernel.clock import now
from minhu.language.bulletins import Matter
from minhu.language.dialogue.first import MOST
from minhu.language.dialogue.types import Notice


def first_notices(line: str, phone: str = "") -> tuple[Notice, ...]:
    """What has begun and is not over, for a talk on ``line``; none outside an emergency. Needs a wide scope.

    The main line takes every matter; any other those of its own unit, and the weather. Where the telephone's last request
    was comes first; nothing of it is told.
    """
    if emergency_on() is None:
        return ()
    rows = [row for row in in_force().filter(begins_at__lte=now()).order_by("-begins_at", "-id") if of_line(row, line)]
    near = _area_of(phone) if phone and len(rows) > 1 else ""
    rows.sort(key=lambda row: not covers(row.area_codes, near))
    return tuple(Notice(str(row.pk), row.title, row.spoken) for row in rows[:MOST])


def of_line(row: Bulletin, code: str) -> bool:
    """Whether callers of a line are told of a bulletin before they spoke."""
    known = lines()
    own = known.line(code)
    if own.code == known.main.code or row.matter == Matter.WEATHER.value:
        return True
    unit = unit_by_code(own.unit) if own.unit else None
    return unit is not None and row.unit_id == unit.id


def covers(codes: Sequence[str], area: str) -> bool:
    """Whether an area lies in one of ``codes``, which begin as the codes of what lies in them; the whole city: yes."""
    return not codes or (bool(area) and any(area.startswith(code) for code in codes))


def _area_of(phone: str) -> str:
    """Where the last request from a telephone was; empty where there was none."""
    rows = Request.objects.filter(phone_index__in=lookup.indexes(phone, "phone")).order_by("-received_at", "-id")
    last = rows.values_list("pk", flat=True).first()
    return Fingerprint.objects.filter(pk=last).values_list("area_code", flat=True).first() or "" if last else ""
