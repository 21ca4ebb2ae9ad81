"""The history of orders against the ledger: a step without its entry, an entry without its step, a gap in a history.

This closes what the tree alone cannot see: an entry that was deleted before the sequencer gave it a position.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection

from minhu.handling.types import Step
from minhu.ledger import services as ledger
from minhu.ledger.types import Finding, FindingKind

MOST: Final = 25
"""Findings of each kind; more say the same."""
# one entry for a whole batch stands for imported histories, and nothing happens in them but what their own steps say
_STEPS: Final = """
WITH told AS MATERIALIZED (
  SELECT (payload->>'step')::bigint AS step, (payload->>'version')::bigint AS version, payload->>'from' AS source,
         payload->>'to' AS target, subject_id, kind, actor_id, position
  FROM ledger_entry WHERE subject_type = 'order' AND kind = ANY(%s) AND payload ? 'step'
)
SELECT s.id, o.number, s.step, told.step IS NULL, told.position
FROM handling_orderstep s JOIN handling_order o ON o.id = s.order_id LEFT JOIN told ON told.step = s.id
WHERE s.reason_code <> 'imported' AND (told.step IS NULL
      OR (told.version, told.source, told.target, told.actor_id, told.subject_id, told.kind)
         IS DISTINCT FROM (s.version::bigint, s.from_state::text, s.to_state::text, s.actor_id::text, o.number::text,
                           'order.' || s.step))
ORDER BY s.id LIMIT %s
"""
_ENTRIES: Final = """
SELECT e.subject_id, e.kind, e.position FROM ledger_entry e
WHERE e.subject_type = 'order' AND e.kind = ANY(%s) AND e.payload ? 'step'
  AND NOT EXISTS (SELECT 1 FROM handling_orderstep s WHERE s.id = (e.payload->>'step')::bigint)
ORDER BY e.id LIMIT %s
"""
_GAPS: Final = """
SELECT o.number, o.version, count(s.id), coalesce(max(s.version), 0)
FROM handling_order o LEFT JOIN handling_orderstep s ON s.order_id = o.id
GROUP BY o.id HAVING count(s.id) <> o.version OR coalesce(max(s.version), 0) <> o.version
ORDER BY o.id LIMIT %s
"""
_ORPHANS: Final = """
SELECT r.number FROM intake_request r WHERE NOT EXISTS (SELECT 1 FROM handling_order o WHERE o.request_id = r.id)
ORDER BY r.id LIMIT %s
"""
KINDS: Final = [f"order.{step.value}" for step in Step]


@ledger.cross_check
def compare_histories() -> Iterator[Finding]:
    """Yield what does not fit between the steps of orders and the entries; a few seconds for a million steps."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, [KINDS, MOST])
        for step, number, name, missing, position in cursor.fetchall():
            kind: FindingKind = "step_without_entry" if missing else "step_changed"
            words = "在账本中没有记录（记录可能在登记前被删除）" if missing else "与账本记录不符"
            yield Finding(kind, f"工单 {number} 的第 {step} 号流转（{name}）{words}", position, position)
        cursor.execute(_ENTRIES, [KINDS, MOST])
        for number, name, position in cursor.fetchall():
            words = f"账本记录了工单 {number} 的 {name}，流转记录却不存在"
            yield Finding("entry_without_step", words, position, position)
        cursor.execute(_GAPS, [MOST])
        for number, version, count, last in cursor.fetchall():
            words = f"工单 {number} 应有 {version} 次流转，实有 {count} 次（最后一次为第 {last} 次）"
            yield Finding("history_gap", words)
        cursor.execute(_ORPHANS, [MOST])
        for (number,) in cursor.fetchall():
            yield Finding("history_gap", f"诉求 {number} 没有工单")
