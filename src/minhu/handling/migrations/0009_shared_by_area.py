"""Orders and their public course, as the levels share them: few columns, guarded ones never, to be read only."""

from typing import ClassVar

from django.db import migrations

from minhu.directory.row_security import share, shared, through, unshare

ORDER = (
    "id, number, request_id, state, created_at, changed_at, title, request_type, category_id, area_id, place_hint,"
    " urgency, confidential, sensitive, group_matter, lead_unit_id, due_at, light, closed_at, public_reply,"
    " reply_approved_at, reopen_count"
)
STEP = "id, order_id, at, step, from_state, to_state, public_text"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0008_own_shares"), ("directory", "0006_access_rules")]
    operations: ClassVar = [
        migrations.RunSQL(share("handling_order", shared(), ORDER), unshare("handling_order", ORDER)),
        migrations.RunSQL(
            share("handling_orderstep", through("handling_order", "order_id"), STEP),
            unshare("handling_orderstep", STEP),
        ),
    ]
