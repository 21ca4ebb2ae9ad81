"""Orders with another hotline or an enterprise are live too: the indexes of live orders hold them.

A partial index serves a query only where its condition covers the query's; with the old one every list of live or overdue
orders would read the whole table.
"""

from typing import ClassVar

from django.db import migrations

BEFORE = (
    "'dispatched', 'extension_review', 'in_progress', 'incomplete', 'received', 'reopened', 'replied', "
    "'return_review', 'suspended', 'to_call_back', 'to_dispatch'"
)
LIVE = f"{BEFORE}, 'transferred', 'with_enterprise'"
RANK = "(CASE WHEN urgency = 'danger' THEN 0 WHEN urgency = 'urgent' THEN 1 ELSE 2 END)"


def _rows(states: str) -> str:
    return f"""
DROP INDEX order_live_due; DROP INDEX order_desk;
CREATE INDEX order_live_due ON handling_order (due_at, id) WHERE state IN ({states});
CREATE INDEX order_desk ON handling_order (state, {RANK}, due_at, id) WHERE state IN ({states});
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0021_with_enterprise")]
    operations: ClassVar = [migrations.RunSQL(_rows(LIVE), _rows(BEFORE))]
