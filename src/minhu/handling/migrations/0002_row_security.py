"""Row security of orders and everything that hangs on them."""

from django.db import migrations

from minhu.directory.row_security import drop_index_units, index_units, protect, sees, through, unprotect

CHILDREN = (
    "handling_assignment",
    "handling_clock",
    "handling_orderstep",
    "handling_review",
    "handling_lesson",
    "handling_supervision",
    "handling_whistle",
)

PROTECT = (
    protect("handling_order", sees())
    + "".join(protect(table, through("handling_order", "order_id")) for table in CHILDREN)
    + protect("handling_attendance", through("handling_whistle", "whistle_id"))
)
UNPROTECT = "".join(unprotect(table) for table in ("handling_attendance", *CHILDREN, "handling_order"))
KEEP_STEPS = """
CREATE FUNCTION minhu_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of an order is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep_step BEFORE UPDATE OR DELETE ON handling_orderstep
  FOR EACH ROW EXECUTE FUNCTION minhu_keep_step();
"""
FREE_STEPS = "DROP TRIGGER keep_step ON handling_orderstep; DROP FUNCTION minhu_keep_step();"


class Migration(migrations.Migration):
    dependencies = [("handling", "0001_initial"), ("intake", "0002_row_security")]
    operations = [
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(index_units("handling_order"), drop_index_units("handling_order")),
        migrations.RunSQL(KEEP_STEPS, FREE_STEPS),
    ]
