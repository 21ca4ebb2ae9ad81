"""Where a message plays: picks a street and fills the slots of a template with places that lie there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from minhu.directory.types import AreaLevel
from minhu.server.demo import world

SLOT = re.compile(r"\{(\w+)\}")
# The slot that decides the place of the whole message, most specific first.
PRIMARY = (
    "estate", "village", "school", "market", "mall", "park", "hospital", "station", "road", "place", "community",
    "street", "county",
)  # fmt: skip
_AREAS = ("village", "community")
_DEFAULT_PLACES = ("estate", "road")
_CHINESE_NUMBERS = ("两", "三", "四", "五", "六", "七", "八", "九")


class Scene:
    """Slot values of one message; a slot asked twice gives the same value, except plain numbers."""

    def __init__(
        self, rng: Random, slots: Sequence[str], kinds: Sequence[str] = (), street: str = "", shop: str = "eatery"
    ) -> None:
        self.rng = rng
        self.primary = next((slot for slot in PRIMARY if slot in slots), "")
        self.kinds = tuple(kinds) or _DEFAULT_PLACES
        self.street = world.areas()[street] if street else self._choose_street()
        self.shop = shop
        self.place_name = ""
        self.place_area = self.street.code
        self._values: dict[str, str] = {}

    def _choose_street(self) -> world.DemoArea:
        weights: Mapping[str, float] = world.load("profiles")["area_weights"]
        found = [x for x in world.streets() if not self.primary or self._has(x.code, self.primary)]
        candidates = found or list(world.streets())
        return self.rng.choices(candidates, [weights[x.code] for x in candidates])[0]

    def _has(self, area: str, slot: str) -> bool:
        if slot == "place":
            return any(self._has(area, kind) for kind in self.kinds)
        if slot in _AREAS:
            return bool(world.areas_below(area, slot))
        return slot in ("street", "county") or bool(world.landmarks_in(area, slot))

    def fill(self, text: str) -> str:
        """``text`` with every slot replaced."""
        return SLOT.sub(lambda match: self._fitting(match), text)

    def _fitting(self, match: re.Match[str]) -> str:
        # A Chinese numeral cannot stand before a digit ('五0平方米').
        if match[1] == "n" and match.string[match.end() : match.end() + 1].isdigit():
            return str(self.rng.randint(2, 9))
        return self.value(match[1])

    def value(self, slot: str) -> str:
        """The value of one slot; raises KeyError for a slot nobody knows."""
        rng = self.rng
        if slot == "n":
            return str(rng.randint(2, 9)) if rng.random() < 0.75 else rng.choice(_CHINESE_NUMBERS)
        if slot not in self._values:
            self._values[slot] = self._new_value(slot)
        return self._values[slot]

    def _new_value(self, slot: str) -> str:
        rng = self.rng
        numbers = {"num": (12, 300), "floor": (3, 26), "age": (62, 88), "days": (5, 10)}
        if slot in numbers:
            return str(rng.randint(*numbers[slot]))
        if slot == "street":
            return self.street.name
        if slot == "county":
            return world.areas()[self.street.parent].name
        if slot == "date2":
            return "次日"
        parts = world.load("parts")
        values = parts["shops"][self.shop] if slot == "shop" else parts["slots"].get(slot)
        if values:
            return str(rng.choice(values))
        return self._new_place(slot)

    def _new_place(self, slot: str) -> str:
        if slot == "place":
            kind = self.rng.choice([k for k in self.kinds if self._has(self.street.code, k)] or ["road"])
        else:
            kind = slot.rstrip("0123456789")
        if kind in _AREAS:
            name, area = self._area_place(kind)
        else:
            name, area = self._landmark(kind)
        if slot == self.primary:
            self.place_name, self.place_area = name, area
        return name

    def _area_place(self, kind: str) -> tuple[str, str]:
        for scope in (self.street.code, self.street.parent, world.CITY_CODE):
            found = world.areas_below(scope, kind)
            if found:
                chosen = self.rng.choice(found)
                return chosen.name, chosen.code
        raise KeyError(kind)

    def _landmark(self, kind: str) -> tuple[str, str]:
        taken = set(self._values.values())
        for scope in (self.street.code, self.street.parent, world.CITY_CODE):
            found = [x for x in world.landmarks_in(scope, kind) if x.name not in taken]
            if found:
                chosen = self.rng.choice(found)
                if chosen.aliases and self.rng.random() < 0.12:
                    return self.rng.choice(chosen.aliases), chosen.area
                return chosen.name, chosen.area
        raise KeyError(kind)

    def known(self) -> dict[str, str]:
        """The slot values drawn so far."""
        return dict(self._values)

    def area_code(self) -> str:
        """The true area: that of the deciding place, else the county or the city the words name."""
        if not self.primary:
            return world.CITY_CODE
        if self.primary == "county":
            return self.street.parent
        return self.place_area

    def address(self) -> str:
        """The place as the citizen's form would hold it, with or without the levels above."""
        if not self.primary:
            return ""
        street, county = self.street.name, world.areas()[self.street.parent].name
        name = self.place_name
        if self.primary == "county":
            return county
        if self.primary == "street" or not name:
            return f"{county}{street}"
        area = world.areas()[self.place_area]
        if area.level >= AreaLevel.STREET and not self.place_area.startswith(self.street.code):
            return name
        detail = self._values.get("bldg", "") if self.primary == "estate" else ""
        full = f"{county}{street}" if county.endswith("市") else f"云溪市{county}{street}"
        head = self.rng.choices(["", street, county + street, full], [3, 2, 4, 2])[0]
        return f"{head}{name}{detail}"
