"""What governance does beside answering: it counts past days beforehand and writes the daily brief for a person to publish."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from minhu.directory.access import as_system, require
from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import ProcessStep
from minhu.governance import briefing
from minhu.governance.models import Brief
from minhu.governance.past import count_days
from minhu.governance.periods import CITY_TIME
from minhu.governance.queries import breakdown, headline, overdue_units
from minhu.governance.types import Period
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.ledger import services as ledger

__all__ = ["count_days", "publish_brief", "write_brief", "write_due"]
FROM_HOUR: Final = 6
"""In the city's time: then yesterday's brief is written."""
LONGEST: Final = 4_000


def write_due() -> int:
    """The loop: yesterday's brief from six in the morning, once, while the assistant that reports is on; says how many."""
    yesterday = local_day() - timedelta(days=1)
    early = now().astimezone(CITY_TIME).hour < FROM_HOUR
    if early or not rules.assistants().on(ProcessStep.REPORT) or Brief.objects.filter(day=yesterday).exists():
        return 0
    with transaction.atomic(), as_system():
        write_brief(yesterday)
    return 0


def write_brief(day: date) -> Brief:
    """Write the brief of a day that is over; one that is there stays as it is. Raises Invalid for a day to come."""
    require(Action.VIEW_FIGURES)
    if day >= local_day():
        raise Invalid("当天还没有结束，请选择昨天或更早的日期。", fields={"day": "请选择昨天或更早的日期。"})
    span = _span(day)
    lines = briefing.lines_of(headline(span), breakdown(span, "category2"), breakdown(span, "street"), overdue_units())
    try:
        with transaction.atomic():
            made = Brief.objects.create(
                day=day, lines=[one.to_json() for one in lines], made_at=now(), maker=briefing.MAKER
            )
            ledger.append("brief.written", ("brief", day.isoformat()), {"lines": len(lines)})
    except IntegrityError:
        return Brief.objects.get(day=day)
    return made


def publish_brief(day: date, text: str) -> None:
    """A person publishes the brief, as written or mended; once. Raises NotFound, Conflict, Invalid, NotAllowed."""
    require(Action.SUPERVISE)
    if not text.strip() or len(text) > LONGEST:
        message = f"请写出简报内容，不超过 {LONGEST} 字。"
        raise Invalid(message, fields={"text": message})
    with transaction.atomic():
        found = Brief.objects.select_for_update().filter(day=day).first()
        if found is None:
            raise NotFound("还没有这一天的简报。", code="not_found")
        if found.published_at is not None:
            raise Conflict("这一天的简报已经发布。", code="published_already")
        found.text, found.published_at, found.published_by = text.strip(), now(), current_actor().id
        found.save(update_fields=["text", "published_at", "published_by"])
        as_written = found.text == "\n".join(briefing.Line.from_json(one).text for one in found.lines)
        ledger.append("brief.published", ("brief", day.isoformat()), {"as_written": as_written})


def _span(day: date) -> Period:
    start = datetime.combine(day, time.min, CITY_TIME)
    end, before = start + timedelta(days=1), start - timedelta(days=1)
    return Period("day", day.isoformat(), start, end, before, start)
