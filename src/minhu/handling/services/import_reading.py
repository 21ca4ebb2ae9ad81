"""Imported orders take over what the first understanding says and their source did not."""

from __future__ import annotations

from typing import Any

from django.db import connection

from minhu.intake.events import RequestsUnderstood

_FILL = """
UPDATE handling_order o SET
  category_id = coalesce(o.category_id, u.category_id),
  area_id = coalesce(o.area_id, nullif(u.area, '')),
  place_hint = coalesce(nullif(o.place_hint, ''), u.hint),
  request_type = coalesce(nullif(o.request_type, ''), u.kind),
  urgency = CASE WHEN o.urgency = 'normal' THEN u.urgency ELSE o.urgency END,
  sensitive = o.sensitive OR u.sensitive
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])
  AS u (request_id, category_id, area, hint, kind, urgency, sensitive)
WHERE o.request_id = u.request_id AND o.imported
"""


def fill_imported(event: RequestsUnderstood) -> None:
    """Fill empty fields of imported orders; what people or the source have set stays. One statement."""
    rows = event.rows
    values: list[Any] = [
        [row.request_id for row in rows],
        [row.category_id for row in rows],
        [row.area_code or "" for row in rows],
        [row.place_hint[:120] for row in rows],
        [row.request_type for row in rows],
        [row.urgency for row in rows],
        [row.sensitive for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)
