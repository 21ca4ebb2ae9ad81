"""What the list of orders needs to answer in milliseconds: marks of words beside the orders, and orders of rows.

The marks lie in a table of their own that a loop fills within seconds, so that creating an order does not pay for the
index of words. Like the likeness marks it has no row security: hashes only, and its index must stay usable for all;
whoever searches reads the orders themselves through row security afterwards.
"""

from django.db import migrations

LIVE = "('dispatched', 'extension_review', 'in_progress', 'incomplete', 'received', 'reopened', 'replied', 'return_review', 'suspended', 'to_call_back', 'to_dispatch')"  # fmt: skip
WORDS = """
CREATE TABLE handling_words (order_id bigint PRIMARY KEY, marks integer[] NOT NULL);
CREATE INDEX handling_words_marks ON handling_words USING gin (marks) WITH (gin_pending_list_limit = 512);
ALTER TABLE handling_words ALTER COLUMN marks SET STORAGE EXTERNAL;
"""
NO_WORDS = "DROP TABLE handling_words;"
ROWS = f"""
CREATE INDEX order_due ON handling_order (due_at, id);
CREATE INDEX order_changed ON handling_order (changed_at, id);
CREATE INDEX order_newest ON handling_order (created_at, id);
CREATE INDEX order_lead_newest ON handling_order (lead_unit_id, created_at, id) WHERE lead_unit_id IS NOT NULL;
CREATE INDEX order_live_due ON handling_order (due_at, id) WHERE state IN {LIVE};
CREATE INDEX order_disputed ON handling_order (id) WHERE disputed;
CREATE INDEX assignment_open ON handling_assignment (unit_id, order_id) WHERE ended_at IS NULL;
CREATE INDEX assignment_answered ON handling_assignment (unit_id, replied_at) WHERE replied_at IS NOT NULL;
CREATE INDEX clock_of_share ON handling_clock (assignment_id, due_at) WHERE stopped_at IS NULL AND paused_at IS NULL;
CREATE INDEX supervision_open ON handling_supervision (order_id) WHERE ended_at IS NULL;
"""
NO_ROWS = """
DROP INDEX supervision_open; DROP INDEX clock_of_share; DROP INDEX assignment_answered; DROP INDEX assignment_open;
DROP INDEX order_disputed; DROP INDEX order_live_due; DROP INDEX order_lead_newest; DROP INDEX order_newest; DROP INDEX order_changed; DROP INDEX order_due;
"""


class Migration(migrations.Migration):
    dependencies = [("handling", "0002_row_security"), ("intake", "0002_row_security")]
    operations = [migrations.RunSQL(WORDS, NO_WORDS), migrations.RunSQL(ROWS, NO_ROWS)]
