"""Messages do their work once: the same id again gets the same answer, with other contents it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from django.db import connection, transaction

from minhu.engines.expiry import Expiring
from minhu.exchange.models import Received
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict

RECEIVED: Final = Expiring(
    "exchange_received", "t.at", "true", "concat_ws(' ', t.id, t.source, t.message_id, t.kind, t.digest, t.at)"
)
"""What was taken in; its signature has expired long before the time of `kernel.keeping` is over."""


def once(source: str, message_id: str, kind: str, body: bytes, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do ``work`` for a message of ``source`` unless it was done before; returns its answer (then with ``repeated``).

    Two deliveries at the same moment wait for each other. What ``work`` raises leaves no trace, so that the sender may
    try again. Raises Conflict when the id was used for another body.
    """
    digest = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"received {source} {message_id}"])
        before = Received.objects.filter(source=source, message_id=message_id).first()
        if before is not None:
            if before.digest != digest:
                raise Conflict("这个消息编号已用于另一份内容，请为新的消息换一个编号。", code="message_id_reused")
            return {**before.answer, "repeated": True}
        answer = work()
        Received.objects.create(
            source=source, message_id=message_id, kind=kind[:32], digest=digest, answer=answer, at=now()
        )
        return answer
