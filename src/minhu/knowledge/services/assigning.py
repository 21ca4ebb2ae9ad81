"""Giving a question of the queue to somebody, with a day by which it is to be settled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from minhu.directory.queries.freshness import local_day
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.knowledge.queries.open_questions import colleagues
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.questions import due_day, found_for
from minhu.ledger import services as ledger

LONGEST: Final = timedelta(days=180)


def assign(question_id: int, account: str, due: date | None = None) -> None:
    """Give a question to a colleague, or with an empty account to nobody; without a day the published rule's.

    Raises Invalid for somebody who may not settle it, a past day or one that is far away; NotAllowed, NotFound.
    """
    with transaction.atomic(), reading():
        row = found_for(question_id)
        if row.settled:
            raise Invalid("这个问题已经处理完，不用再分派。", code="settled")
        if account and account not in dict(colleagues(question_id)):
            text = "这个人不能处理这个问题，请从列出的人里选择。"
            raise Invalid(text, fields={"account": text})
        today = local_day()
        if due is not None and not today <= due <= today + LONGEST:
            text = f"期限请在今天到 {today + LONGEST:%Y-%m-%d} 之间。"
            raise Invalid(text, fields={"due": text})
        row.assigned_to, row.assigned_at = account, now() if account else None
        row.due = due or row.due or due_day()
        row.save(update_fields=["assigned_to", "assigned_at", "due"])
        ledger.append("knowledge.question_assigned", ("question", row.pk), {"to": account, "due": row.due.isoformat()})
