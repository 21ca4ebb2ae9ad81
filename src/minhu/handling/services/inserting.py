"""Writes a new order with its first clock and step as prepared statements: the busiest moment of the hotline.

The columns are read from the models once, so a new field needs no change here. The rows get their primary keys before
they are written, so that nobody waits for the database and all writes of a request can travel together.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from minhu.engines import prepared
from minhu.handling.models import Clock, Order, OrderStep
from minhu.intake.events import RESERVED

SEQUENCES: Final = ("handling_order_id_seq", "handling_clock_id_seq", "handling_orderstep_id_seq")
_DRAW: Final = "SELECT " + ", ".join(f"nextval('{name}')" for name in SEQUENCES)
# the repeat's first order is looked up by PostgreSQL itself while it writes
_FIRST_ORDER: Final = "(SELECT id FROM handling_order WHERE request_id = %s::bigint ORDER BY id LIMIT 1)"
RESERVED.extend(name for name in SEQUENCES if name not in RESERVED)


def insert_opened(
    order: Order, clock: Clock, step: OrderStep, reserved: tuple[int, ...] = (), repeat_of: int | None = None
) -> None:
    """Give all three their primary keys and insert them; clock and step must belong to `order`.

    `reserved` are keys drawn before for `SEQUENCES`; without them they are drawn now. `repeat_of` is the request that
    this one repeats; only the row names its order. Same effect as three saves, at a tenth of their cost. Raises what Django raises for a failed insert, at the latest when waiting writes are sent.
    """
    order.pk, clock.pk, step.pk = reserved or prepared.run(_DRAW)[0]
    clock.order = step.order = order
    for one in (order, clock, step):
        statement, columns = _inserting(type(one))
        row = {name: getattr(one, name) for name, _ in columns}
        if one is order:
            row["repeat_of_id"] = repeat_of
        prepared.write(statement, [way(row[name]) for name, way in columns])
        one._state.adding, one._state.db = False, connection.alias


@cache
def _inserting(model: type[models.Model]) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """The statement for one row and, for each parameter, its attribute and how it travels."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(_FIRST_ORDER if field.name == "repeat_of" else "%s" for field in fields)
    # names of our own tables and columns only
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', [
        (field.attname, _way(field)) for field in fields
    ]


def _way(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return _as_json
    return _as_array if isinstance(field, ArrayField) else _as_is


def _as_is(value: Any) -> Any:
    return value


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _as_array(values: Any) -> str:
    """Few and simple: tags without signs, numbers of units."""
    return "{" + ",".join(json.dumps(str(value), ensure_ascii=False) for value in values) + "}"
