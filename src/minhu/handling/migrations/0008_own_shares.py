"""A unit reads its own shares without a look at the order, but not those it gave back or that were taken from it.

A unit with a share in any other state belongs to the order (``unit_ids``); with only such shares it may have left it,
and then the order itself decides.
"""

from typing import ClassVar

from django.db import migrations

from minhu.directory.row_security import through

ORDER = through("handling_order", "order_id")
OWN = """(SELECT minhu_scope()) = 'units' AND unit_id = ANY ((SELECT minhu_units())::bigint[])
    AND state IN ('waiting', 'signed', 'replied')"""
SHARES = f"""
DROP POLICY seen ON handling_assignment;
CREATE POLICY seen ON handling_assignment FOR ALL TO minhu_app USING (({OWN}) OR {ORDER}) WITH CHECK ({ORDER});
"""
# the state stands in the indexes so that the policy can be judged without reading the row
ROWS = """
DROP INDEX assignment_desk; DROP INDEX assignment_answered;
CREATE INDEX assignment_desk ON handling_assignment (unit_id, desk, next_due, id) INCLUDE (order_id, state)
  WHERE desk <> '';
CREATE INDEX assignment_answered ON handling_assignment (unit_id, replied_at, id) INCLUDE (order_id, state)
  WHERE state = 'replied' AND role <> 'whistle';
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0007_transferred")]
    operations: ClassVar = [
        migrations.RunSQL(SHARES, migrations.RunSQL.noop),
        migrations.RunSQL(ROWS, migrations.RunSQL.noop),
    ]
