"""A small city in one call, and orders in any state: what every room's tests start from.

    city = make_city()                        # areas, units, categories, staff
    order = make_order(city)                  # received, through the same event as intake publishes
    order = make_order(city, upto="in_progress")
    with acting_as(city.actor("unit_head")): ...

Everything goes through models of the directory and the services of handling, as `as_system()`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Area, Category, Post, Staff, Taxonomy, Unit
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.queries.freshness import forget
from minhu.directory.types import AreaLevel, Role, UnitKind, VersionState
from minhu.handling.models import Order
from minhu.handling.services import open_order, take
from minhu.handling.types import Step, StepData
from minhu.intake.events import RequestReceived
from minhu.intake.models import Request
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.numbers import make_number

MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
"""A Monday without holidays near, 09:00 in China."""
_sequence = itertools.count(1)

AREAS = (
    ("99", "云溪省", AreaLevel.PROVINCE, None),
    ("9901", "云溪市", AreaLevel.CITY, "99"),
    ("990101", "滨江区", AreaLevel.COUNTY, "9901"),
    ("990101001", "柳湾街道", AreaLevel.STREET, "990101"),
    ("990101001001", "柳湾社区", AreaLevel.COMMUNITY, "990101001"),
    ("99010100100101", "柳湾一网格", AreaLevel.GRID, "990101001001"),
)
UNITS = (
    ("centre", "云溪市热线中心", UnitKind.HOTLINE_CENTRE, "9901", None),
    ("water", "云溪市水务局", UnitKind.BUREAU, "9901", None),
    ("urban", "云溪市城管局", UnitKind.BUREAU, "9901", None),
    ("housing", "云溪市住建局", UnitKind.BUREAU, "9901", None),
    ("branch", "滨江区城管分局", UnitKind.BRANCH, "990101", "urban"),
    ("street", "柳湾街道办事处", UnitKind.STREET, "990101001", None),
    ("community", "柳湾社区居委会", UnitKind.COMMUNITY, "990101001001", "street"),
    ("grid", "柳湾第一网格", UnitKind.GRID, "99010100100101", "community"),
)
STAFF = (
    ("agent", "centre", Role.AGENT),
    ("dispatcher", "centre", Role.DISPATCHER),
    ("dispatcher2", "centre", Role.DISPATCHER),
    ("supervisor", "centre", Role.SUPERVISOR),
    ("leader", "centre", Role.LEADER),
    ("inspector", "centre", Role.INSPECTOR),
    ("system_admin", "centre", Role.SYSTEM_ADMIN),
    *((f"{unit}_handler", unit, Role.UNIT_HANDLER) for unit in ("water", "urban", "housing", "branch", "street")),
    *((f"{unit}_head", unit, Role.UNIT_HEAD) for unit in ("water", "urban", "housing", "branch", "street")),
    ("grid_worker", "grid", Role.GRID_WORKER),
)
CATEGORIES = (
    ("A", "城市管理", None),
    ("A1", "供水", "A"),
    ("A2", "噪声", "A"),
    ("B", "住房", None),
    ("B1", "物业", "B"),
)
NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


@dataclass
class City:
    """What `make_city` made, by short names."""

    areas: dict[str, Area] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The actor of an account ('dispatcher', 'water_handler', 'water_head', 'grid_worker' …)."""
        if name not in self.actors:
            self.actors[name] = actor_of_staff(self.staff[name])
        return self.actors[name]

    def unit(self, name: str) -> int:
        """A unit's id."""
        return int(self.units[name].pk)


def make_city() -> City:
    """Areas in six levels, eight units, five categories, one or two people for every role.

    Written in few statements: most tests of the house begin with it.
    """
    city = City()
    _areas(city)
    _units(city)
    _categories(city)
    _staff(city)
    forget()
    return city


def _areas(city: City) -> None:
    for code, name, level, parent in AREAS:
        above = city.areas.get(parent or "")
        city.areas[code] = Area(
            code=code, name=name, level=level.value, parent=above,
            path=f"{above.path}/{code}" if above else code,
            path_name=f"{above.path_name}/{name}" if above else name,
        )  # fmt: skip
    Area.objects.bulk_create(city.areas.values())


def _units(city: City) -> None:
    for (code, name, kind, area, parent), number in zip(UNITS, _numbers(Unit, len(UNITS)), strict=True):
        city.units[code] = _unit(code, name, kind, city.areas[area], city.units.get(parent or ""))
        city.units[code].pk = number
    Unit.objects.bulk_create(city.units.values())


def _categories(city: City) -> None:
    taxonomy = Taxonomy.objects.create(version=1)
    for (code, name, parent), number in zip(CATEGORIES, _numbers(Category, len(CATEGORIES)), strict=True):
        city.categories[code] = Category(
            pk=number, taxonomy=taxonomy, code=code, name=name, parent=city.categories.get(parent or ""),
            level=2 if parent else 1, path=f"{parent}/{code}" if parent else code, path_name=name,
            is_leaf=parent is not None,
        )  # fmt: skip
    Category.objects.bulk_create(city.categories.values())
    Taxonomy.objects.filter(pk=taxonomy.pk).update(state=VersionState.PUBLISHED.value, published_at=MONDAY)


def _staff(city: City) -> None:
    for number, (username, unit, _role) in enumerate(STAFF):
        city.staff[username] = Staff(username=username, name=f"{NAMES[number % len(NAMES)]}{unit}")
    Staff.objects.bulk_create(city.staff.values())
    Post.objects.bulk_create(
        Post(staff=city.staff[username], unit=city.units[unit], role=role.value) for username, unit, role in STAFF
    )


def _numbers(model: type[Model], count: int) -> list[int]:
    """The next numbers of a table's own sequence, so that one statement writes parents and children."""
    drawn = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(drawn, [model._meta.db_table, count])
        return [number for (number,) in cursor.fetchall()]


def make_unit(code: str, name: str, kind: UnitKind, area: Area | None = None, parent: Unit | None = None) -> Unit:
    """One handling unit."""
    unit = _unit(code, name, kind, area, parent)
    unit.save()
    return unit


def _unit(code: str, name: str, kind: UnitKind, area: Area | None, parent: Unit | None) -> Unit:
    ancestors = [*parent.ancestor_ids, parent.pk] if parent else []
    return Unit(
        code=code, name=name, short_name=name, kind=kind.value, area=area, parent=parent, ancestor_ids=ancestors
    )


def make_staff(username: str, unit: Unit, role: Role, name: str = "") -> Staff:
    """An account with one post; nobody can sign in to it until a password is set."""
    staff = Staff.objects.create(username=username, name=name or username)
    Post.objects.create(staff=staff, unit=unit, role=role.value)
    return staff


def make_request(number: str = "", **fields: Any) -> Request:
    """A stored request with harmless words."""
    moment = fields.pop("received_at", clock.now())
    values: dict[str, Any] = {
        "number": number or make_number(moment.date(), next(_sequence) % 1_000_000),
        "channel": "web",
        "received_at": moment,
        "title": "小区停水",
        "text": "柳湾小区三号楼从昨晚开始停水，请尽快处理。",
        "request_type": "help",
        "content_digest": "0" * 64,
        **fields,
    }
    return Request.objects.create(**values)


def received(city: City, request: Request, **fields: Any) -> RequestReceived:
    """The event that intake publishes for a request."""
    values: dict[str, Any] = {
        "request_id": request.pk, "number": request.number, "channel": request.channel,
        "received_at": request.received_at, "title": request.title, "request_type": request.request_type,
        "category_id": city.categories["A1"].pk, "category_confidence": 0.9, "area_code": "990101001",
        "place_hint": "滨江区柳湾街道", "urgency": "normal", "confidential": False, "sensitive": False,
        "decision": "accept", "auto_accept": False, "repeat_of_request_id": None, "caller_month_count": 1,
        "caller_year_count": 2, "place_month_count": 1, "place_year_count": 3, **fields,
    }  # fmt: skip
    return RequestReceived(**values)


PATH: tuple[tuple[str, str, Step], ...] = (
    ("to_dispatch", "dispatcher", Step.ACCEPT),
    ("dispatched", "dispatcher", Step.DISPATCH),
    ("in_progress", "water_handler", Step.SIGN),
    ("contacted", "water_handler", Step.CONTACT),
    ("replied", "water_handler", Step.REPLY),
    ("to_call_back", "water_head", Step.APPROVE_REPLY),
    ("closed", "supervisor", Step.CLOSE),
    ("archived", "supervisor", Step.ARCHIVE),
)


def make_order(
    city: City,
    *,
    upto: str = "received",
    assist: tuple[str, ...] = (),
    said: dict[str, Any] | None = None,
    **fields: Any,
) -> Order:
    """An order led through the services as far as `upto` (a name in PATH); `fields` go into the event, `said` into the request."""
    with as_system():
        moment = fields.pop("received_at", clock.now())
        request = make_request(received_at=moment, **(said or {}))
        open_order(received(city, request, **fields))
    data = {
        Step.DISPATCH: StepData(unit_id=city.unit("water"), assist_unit_ids=tuple(city.unit(a) for a in assist)),
        Step.CONTACT: StepData(text="已电话联系", contact_result="reached"),
        Step.REPLY: StepData(reply="已抢修完毕，恢复供水。", measures="更换阀门", solved=True, text="协办情况已汇总"),
    }
    if upto != "received":
        for name, who, step in PATH:
            with acting_as(city.actor(who)):
                take(request.number, step, data.get(step, StepData()))
            if name == upto:
                break
        else:
            raise ValueError(f"no such stage: {upto}")
    with as_system():
        return Order.objects.get(number=request.number)
