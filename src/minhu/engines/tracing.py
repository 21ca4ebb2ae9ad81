"""Traces: what the house did for how long, for OpenTelemetry. Nothing is imported or kept until `start` is called.

A span carries names that stand in our code, numbers and codes, and nothing else: no address, query, statement,
parameter, error text or person. `attributes` names every key that is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Value = str | int
ALLOWED: Final = frozenset(
    {
        "http.request.method", "http.response.status_code", "http.route", "server.address", "error.type",
        "db.system.name", "db.operation.name", "db.collection.name", "db.operation.batch.size",
        "minhu.request_id", "minhu.job", "minhu.loop", "minhu.done",
    }
)  # fmt: skip
"""Keys of OpenTelemetry's semantic conventions, and our own, that a span may have."""
_OPERATION = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_][a-z0-9_]*)", re.IGNORECASE)
_OFF: Final[AbstractContextManager[None]] = nullcontext()
_tracer: Tracer | None = None


def start(tracer: Tracer) -> None:
    """Keep spans from now on, also one for each statement to the database."""
    global _tracer
    _tracer = tracer
    connection_created.connect(_watch, dispatch_uid="minhu.tracing")


def stop() -> None:
    """Keep none any more."""
    global _tracer
    _tracer = None
    connection_created.disconnect(_watch, dispatch_uid="minhu.tracing")


def span(name: str, kind: str = "internal", **attributes: Value) -> AbstractContextManager[Span | None]:
    """A span around a block, child of the one around it; None (and no cost) while traces are off.

    `kind` is OpenTelemetry's: internal, server or client. In the keys of `attributes` two underscores stand for a dot.
    An error that leaves the block marks the span with its class, never with its text.
    """
    if _tracer is None:
        return _OFF
    return _kept(_tracer, name, kind, {key.replace("__", "."): value for key, value in attributes.items()})


def note(span: Span | None, key: str, value: Value) -> None:
    """Write an attribute into a span; raises KeyError for a key that is not in ALLOWED."""
    if key not in ALLOWED:
        raise KeyError(key)
    if span is not None:
        span.set_attribute(key, value)


def failed(span: Span | None, kind: str) -> None:
    """Mark a span as failed; `kind` is a class or a code, not a sentence."""
    if span is None:
        return
    from opentelemetry.trace import Status, StatusCode

    span.set_status(Status(StatusCode.ERROR))
    note(span, "error.type", kind)


def here() -> Span | None:
    """The span around the caller, None when there is none."""
    if _tracer is None:
        return None
    from opentelemetry.trace import INVALID_SPAN, get_current_span

    current = get_current_span()
    return None if current is INVALID_SPAN else current


def ids() -> tuple[str, str] | None:
    """Trace and span around the caller in hexadecimal digits, as logs write them."""
    current = here()
    if current is None:
        return None
    context = current.get_span_context()
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def statements(commands: Sequence[tuple[str, Any]]) -> AbstractContextManager[Span | None]:
    """The span of statements that travel together; their texts and parameters stay here."""
    if _tracer is None:
        return _OFF
    first: dict[str, Value] = _told(commands[0][0]) if commands else {"db.operation.name": "COMMIT"}
    more = {"db.operation.batch.size": len(commands)} if len(commands) > 1 else {}
    return _kept(_tracer, _titled(first), "client", {"db.system.name": "postgresql", **first, **more})


@contextmanager
def _kept(tracer: Tracer, name: str, kind: str, attributes: Mapping[str, Value]) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind

    with tracer.start_as_current_span(
        name, kind=SpanKind[kind.upper()], record_exception=False, set_status_on_exception=False
    ) as kept:
        for key, value in attributes.items():
            note(kept, key, value)
        try:
            yield kept
        except BaseException as error:
            failed(kept, type(error).__name__)
            raise


def _watch(connection: Any, **_signal: Any) -> None:
    """First of the wrappers, so that whoever adds and takes away another one never takes this one."""
    if _execute not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _execute)


def _execute(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
    with statements([(sql if isinstance(sql, str) else "", None)]):
        return execute(sql, parameters, many, context)


@lru_cache(maxsize=2048)
def _told(statement: str) -> dict[str, Value]:
    """What may be told of a statement: its verb, and its table when that is one of ours."""
    told: dict[str, Value] = {}
    if verb := _OPERATION.match(statement):
        told["db.operation.name"] = verb[1].upper()
    if (table := _TABLE.search(statement)) and table[1] in _tables():
        told["db.collection.name"] = table[1]
    return told


@lru_cache(maxsize=1)
def _tables() -> frozenset[str]:
    from django.apps import apps

    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))


def _titled(told: Mapping[str, Value]) -> str:
    return " ".join(str(value) for value in told.values()) or "statement"
