"""The nearest office: from tables of papers and from the directory's units, with hours, distance and a map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from minhu.directory.queries import points, units
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.points import Point
from minhu.directory.queries.rules import working_calendar
from minhu.directory.types import UnitInfo
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.knowledge.queries.offices import ListedOffice, offices
from minhu.language.papers.hours import open_at, read_hours
from minhu.portals.tools.cards import Basis, OfficeCard, OfficeLine
from minhu.portals.tools.maps import drawn
from minhu.portals.tools.parameters import NearestOffice

MOST_UNITS: Final = 20
_ORGAN: Final = re.compile(r"局|委|办事处|街道|乡|镇|社区|中心|政府|公司|集团")


def nearest(given: NearestOffice, actor: Actor) -> OfficeCard:
    """Offices for something, the nearest to a place first; without a place in the paper's order, open ones first."""
    meant = points.find(given.near) if given.near else ()
    here = meant[0] if len(meant) == 1 else None
    moment = now()
    found = [_line(one, here, moment) for one in offices(given.service)]
    if not found and _ORGAN.search(given.service):
        found = [_of_unit(one, here, moment) for one in units.search(given.service, MOST_UNITS) if one.active]
    if given.open_now:
        found = [one for one in found if one.open_now]
    found.sort(key=lambda one: (one.kilometres is None, one.kilometres or 0.0) if here else (not one.open_now, 0.0))
    shown = tuple(found[: given.most])
    return OfficeCard(
        given.service, here.full_name if here else given.near, shown, len(found) - len(shown),
        asked_back=tuple(one.full_name for one in meant) if len(meant) > 1 else (),
        unknown_place=bool(given.near) and not meant, map=drawn(_places(shown), here),
    )  # fmt: skip


def _places(lines: Sequence[OfficeLine]) -> list[tuple[int, Point]]:
    return [
        (number, Point(one.name, one.latitude, one.longitude, "", exact=True))
        for number, one in enumerate(lines, 1)
        if one.latitude is not None and one.longitude is not None
    ]


def _line(listed: ListedOffice, here: Point | None, moment: datetime) -> OfficeLine:
    office = listed.office
    meant = points.find(f"{office.address}") or points.find(office.name)
    basis = Basis(listed.document_id, listed.version_id, listed.title, listed.label, office.passage)
    line = OfficeLine(
        office.name, office.address, office.telephone, office.hours, office.also, None, None, None, None, basis
    )
    return _opened(_placed(line, meant, here), moment)


def _of_unit(unit: UnitInfo, here: Point | None, moment: datetime) -> OfficeLine:
    """A unit of the directory has no address there: its area tells about where it is."""
    calendar = working_calendar(unit.hours)
    area = area_info(unit.area_code)
    line = OfficeLine(
        unit.name,
        area.full_name if area else "",
        unit.phone,
        "",
        (),
        None,
        calendar.is_working(moment),
        None,
        None,
        None,
    )
    return _placed(line, points.find(area.name) if area else (), here)


def _placed(line: OfficeLine, meant: Sequence[Point], here: Point | None) -> OfficeLine:
    """Where it is and how far; a name that several places bear is nowhere."""
    if len(meant) != 1:
        return line
    point = meant[0]
    away = points.distance(here, point) if here else None
    kilometres = None if away is None else round(away, 1)
    return replace(line, kilometres=kilometres, latitude=point.latitude, longitude=point.longitude)


def _opened(line: OfficeLine, moment: datetime) -> OfficeLine:
    hours = read_hours(line.hours)
    if hours is None:
        return line
    state = open_at(hours, moment, working_calendar().is_working_day)
    until = state.until.astimezone(CHINA_TIME) if state.until else None
    opens = state.opens.astimezone(CHINA_TIME) if state.opens else None
    return replace(line, open_now=state.open, until=until, opens=opens)
