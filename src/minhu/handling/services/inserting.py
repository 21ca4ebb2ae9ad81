"""Writes a new order with its first clock and step as one prepared statement: the busiest moment of the hotline.

Columns that nobody gives stand in the statement with the default of their field, so a new field needs no change here.
The rows get their primary keys before they are written, so that nobody waits for the database and all writes of a
request can travel together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models

from minhu.engines import prepared
from minhu.handling.models import Clock, Order, OrderStep
from minhu.intake.events import RESERVED

SEQUENCES: Final = ("handling_order_id_seq", "handling_clock_id_seq", "handling_orderstep_id_seq")
_DRAW: Final = "SELECT " + ", ".join(f"nextval('{name}')" for name in SEQUENCES)
# the repeat's first order is looked up by PostgreSQL itself while it writes; "+ 0" keeps it from walking along the keys
_FIRST_ORDER: Final = "(SELECT id FROM handling_order WHERE request_id = %s::bigint ORDER BY id + 0 LIMIT 1)"
RESERVED.extend(name for name in SEQUENCES if name not in RESERVED)
Columns = tuple[str, ...]
Row = dict[str, Any]


class Keys(NamedTuple):
    """Primary keys of the three rows."""

    order: int
    clock: int
    step: int


def insert_opened(
    order: Mapping[str, Any],
    clock: Mapping[str, Any],
    step: Mapping[str, Any],
    reserved: tuple[int, ...] = (),
    repeat_of: int | None = None,
) -> Keys:
    """Insert the three rows (values by attribute name, JSON as text), clock and step belonging to the order.

    `reserved` are keys drawn before for `SEQUENCES`; without them they are drawn now. `repeat_of` is the request that
    this one repeats. Same effect as three saves, at a twentieth of their cost. Raises what Django raises for a failed
    insert, at the latest when waiting writes are sent.
    """
    keys = Keys(*(reserved or prepared.run(_DRAW)[0]))
    opened: Row = {"id": keys.order} if repeat_of is None else {"id": keys.order, "repeat_of_id": repeat_of}
    opened.update(order)
    started: Row = {"id": keys.clock, "order_id": keys.order, **clock}
    taken: Row = {"id": keys.step, "order_id": keys.order, **step}
    values = [*opened.values(), *started.values(), *taken.values()]
    prepared.write(_inserting(tuple(opened), tuple(started), tuple(taken)), values)
    return keys


@cache
def _inserting(order: Columns, clock: Columns, step: Columns) -> str:
    """The statement for one row of each table with these columns given."""
    return f"WITH opened AS ({_insert(Order, order)}), started AS ({_insert(Clock, clock)}) {_insert(OrderStep, step)}"


def _insert(model: type[models.Model], given: Columns) -> str:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    others = [field for name, field in fields.items() if name not in given]
    names = ", ".join(f'"{field.column}"' for field in (*(fields[name] for name in given), *others))
    marks = [_FIRST_ORDER if name == "repeat_of_id" else "%s" for name in given]
    # names and defaults of our own tables only
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join([*marks, *map(_default, others)])})'


def _default(field: models.Field[Any, Any]) -> str:
    """The default of a field as a literal of SQL; `%` doubled as in every prepared statement."""
    value = field.get_default()
    if value is None:
        return "NULL"
    if isinstance(field, ArrayField):
        if value:
            raise TypeError(f"{field.name}: only an empty array can be a default here")
        return "'{}'"
    if isinstance(value, bool | int | float) and not isinstance(field, models.JSONField):
        return str(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) else str(value)
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
