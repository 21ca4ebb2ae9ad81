"""Who plays: accounts of the demo city by unit and role, and invented citizens."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random

from django.contrib.auth import get_user_model

from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.queries.units import book, unit_by_code, unit_info
from minhu.kernel.actors import Actor
from minhu.server.demo import world

_SURNAMES = "林沈江苏白方顾温叶许韩唐冯程罗梁宋郑谢何郭曾彭肖蔡潘袁邓"
_GIVEN = ("建国", "秀英", "桂兰", "志强", "丽华", "小军", "海燕", "玉梅", "国庆", "雅婷", "浩然", "子涵", "欣怡", "梓轩",
          "明", "芳", "磊", "静", "涛", "敏", "勇", "艳", "洁", "鹏", "雪", "倩", "凯", "琳", "俊杰", "美玲", "德福",
          "翠花", "春生", "冬梅", "文博", "思雨", "大伟", "红霞", "永贵", "素珍")  # fmt: skip
FIRST_PHONE = 2000
PHONES = 7900
"""Telephones 1990000 2000 to 9899: unused numbers; staff have those below."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented person who calls."""

    name: str
    phone: str


def citizen(number: int) -> Citizen:
    """The ``number``-th citizen; the same number is the same person."""
    rng = Random(number)
    return Citizen(rng.choice(_SURNAMES) + rng.choice(_GIVEN), f"1990000{FIRST_PHONE + number % PHONES:04d}")


class Cast:
    """Accounts of the city, each looked up in the database once, when first needed."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_role: dict[str, list[str]] = defaultdict(list)
        self._actors: dict[str, Actor] = {}
        for row in world.load("staff")["staff"]:
            for role in row["roles"]:
                self._by_place[row["unit"], role].append(row["username"])
                self._by_role[role].append(row["username"])

    def actor(self, username: str) -> Actor:
        """The actor of an account; KeyError when the city's staff are not loaded."""
        if username not in self._actors:
            found = get_user_model().objects.filter(username=username).first()
            if found is None:
                raise KeyError(username)
            self._actors[username] = actor_of_staff(found)
        return self._actors[username]

    def any(self, role: str, rng: Random) -> Actor:
        """Somebody of the centre with this role."""
        return self.actor(rng.choice(self._by_role[role]))

    def other(self, role: str, rng: Random, but: str) -> Actor:
        """Somebody with this role who is not ``but``."""
        return self.actor(rng.choice([name for name in self._by_role[role] if name != but]))

    def at(self, unit_id: int, role: str) -> Actor | None:
        """Who holds the role at the unit or, failing that, at the nearest unit above it."""
        unit = unit_info(unit_id)
        if unit is None:
            return None
        above = [found.code for i in reversed(unit.ancestor_ids) if (found := unit_info(i))]
        for code in (unit.code, *above):
            if names := self._by_place.get((code, role)):
                return self.actor(names[unit_id % len(names)])
        return None

    def handler(self, unit_id: int) -> Actor | None:
        """Who works on the orders of a unit."""
        return self.at(unit_id, "unit_handler") or self.at(unit_id, "unit_head")

    def head(self, unit_id: int) -> Actor | None:
        """Who approves the replies of a unit."""
        return self.at(unit_id, "unit_head")

    def grid_worker(self, unit_id: int) -> Actor | None:
        """Who walks the grid."""
        unit = unit_info(unit_id)
        names = self._by_place.get((unit.code, "grid_worker")) if unit else None
        return self.actor(names[0]) if names else None

    def grid_unit(self, area_code: str) -> int | None:
        """A grid station below an area (any of its communities)."""
        found = unit_by_code(f"GR-{area_code[:12]}")
        if found is None and len(area_code) >= 9:
            found = next((u for u in book().all if u.code.startswith(f"GR-{area_code[:9]}")), None)
        return found.id if found else None
