"""The canonical record of an entry: the very bytes that its leaf hash covers.

Nine fields joined by U+001F: uid, microseconds since 1970, actor kind, actor id, roles (sorted, by
commas), kind, subject type, subject id, payload. No field but the payload may hold a control character,
and JSON escapes them, so two different entries never give the same bytes. The payload's text is the one
PostgreSQL gives its `jsonb` (keys by length, then bytes; ', ' and ': '), so that verification hashes
what the database answers without parsing it.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from minhu.kernel import masks

SEPARATOR = "\x1f"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_EXACT = 2**53
_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode

RECORD_SQL = """convert_to(concat_ws(E'\\x1f', uid, (extract(epoch FROM occurred_at) * 1000000)::bigint, actor_kind,
  actor_id, array_to_string(roles, ','), kind, subject_type, subject_id, payload), 'UTF8')"""


def microseconds(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970 UTC, exactly."""
    gone = moment - _EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def canonical_payload(payload: Mapping[str, Any]) -> str:
    """Return the canonical JSON text of a payload, with personal numbers in its texts masked.

    Dates, identifiers, decimals and lazy texts become strings, sets sorted lists, whole floats integers.
    Raises ValueError for a number that is not finite or too large to be exact.
    """
    return _text(_plain(payload))


def _text(value: Any) -> str:
    """Dump like jsonb; floats with an exponent are written out, as PostgreSQL does."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_dump(key)}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return _dump(value)


def _plain(value: Any) -> Any:
    """Reduce a value to what JSON knows, in canonical order."""
    kind = type(value)
    if kind in _ATOMS:
        return _ATOMS[kind](value)
    if isinstance(value, Mapping):
        named = {clean(str(key)): _plain(item) for key, item in value.items()}
        return dict(sorted(named.items(), key=_jsonb_order))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, float):
        return _number(float(value))
    return _masked(str(value))


def _jsonb_order(item: tuple[str, Any]) -> tuple[int, bytes]:
    encoded = item[0].encode()
    return len(encoded), encoded


def _masked(text: str) -> str:
    return masks.free_text(clean(text)) if len(text) > 4 else clean(text)


def clean(text: str) -> str:
    """Replace what UTF-8 or the database cannot hold (lone surrogates, U+0000) by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _whole(number: int) -> int:
    if abs(number) > _MAX_EXACT:
        raise ValueError(f"{number} is too large for a payload; write it as text")
    return number


def _number(number: float) -> float | int:
    if not math.isfinite(number) or abs(number) > _MAX_EXACT:
        raise ValueError(f"{number} cannot stand in a payload")
    return int(number) if number == int(number) else number


def _same(value: Any) -> Any:
    return value


_ATOMS: dict[type, Callable[[Any], Any]] = {
    str: _masked,
    int: _whole,
    bool: _same,
    type(None): _same,
    float: _number,
}
