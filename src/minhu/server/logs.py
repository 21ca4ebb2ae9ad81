"""Structured logs: one JSON object a line on standard error, without personal data."""

from __future__ import annotations

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from minhu.engines import tracing
from minhu.language.personal import mask_personal

# Telephone and identity numbers have 7 or more digits in a row; order numbers have 13 and stay, they name no one.
_LONG_DIGITS = re.compile(r"(?<!\d)(?!\d{13}(?!\d))\d{7,18}[Xx]?(?!\d)")
_QUERY = re.compile(r"\?\S*")
_QUERY_IN_TEXT = re.compile(r"(?<=[\w/])\?[^\s\"'<>?=]+=[^\s\"'<>]*")
# What opens a door or names one that is told to nobody else: an enterprise's link, the address of a hook, a token of
# Open311, a token of the house. `tests/server/test_personal_logs.py` walks all addresses for further ones.
_DOORS = re.compile(
    r"(/enterprise/open/|/hooks/(?:(?:wechat|texts|boards)/)?|/open311/v2/tokens/|\bmh_)(?!(?:wechat|texts|boards)/)[^/\s\"'<>?,;:]+"
)


def without_personal_data(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: strike query strings, secret parts of addresses, long digit runs and personal data out of every text value."""
    for key, value in event.items():
        if isinstance(value, str) and key not in {"timestamp", "request_id", "correlation_id", "trace_id", "span_id"}:
            event[key] = _LONG_DIGITS.sub("***", mask_personal(_without_secrets(value, whole=key == "request")))
    return event


def _without_secrets(text: str, *, whole: bool) -> str:
    """``whole``: the text is one address, all of whose query goes."""
    return _DOORS.sub(r"\1…", (_QUERY if whole else _QUERY_IN_TEXT).sub("?…", text))


def with_trace(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: where traces are kept, name the trace and span that a line belongs to."""
    if found := tracing.ids():
        event["trace_id"], event["span_id"] = found
    return event


class StayedToTheEnd(logging.Filter):
    """No line for a browser that went on to the next page while its live updates were open: every page does."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        return not (isinstance(record.msg, dict) and record.msg.get("event") == "streaming_cancelled")


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    with_trace,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_config(level: str) -> dict[str, Any]:
    """The logging dictionary for `level` (DEBUG … ERROR)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    without_personal_data,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "filters": {"stayed": {"()": StayedToTheEnd}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "minhu": {"level": level},
            "django": {"level": "WARNING"},
            "django_structlog.middlewares.request": {"filters": ["stayed"]},
            "django_structlog": {"level": "WARNING" if level == "INFO" else level},
            "_granian": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Set up `logging` and structlog; Django calls it with the dictionary above."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
