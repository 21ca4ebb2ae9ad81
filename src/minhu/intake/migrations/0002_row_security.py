"""Row security, the number sequence, and the trigger that keeps a request's words as they came."""

from django.db import migrations

from minhu.directory.row_security import protect, sees, through, unprotect

CHILDREN = ("intake_supplement", "intake_attachment", "intake_suggestion", "intake_intakedecision")

PROTECT = protect("intake_request", sees("id")) + "".join(
    protect(table, through("intake_request", "request_id")) for table in CHILDREN
)
UNPROTECT = "".join(unprotect(table) for table in (*CHILDREN, "intake_request"))

KEEP_WORDS = """
CREATE FUNCTION minhu_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a request is never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF to_jsonb(NEW) - 'unit_ids' IS DISTINCT FROM to_jsonb(OLD) - 'unit_ids' THEN
    RAISE EXCEPTION 'a request is kept as it was received' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_request BEFORE UPDATE OR DELETE ON intake_request
  FOR EACH ROW EXECUTE FUNCTION minhu_keep_request();
"""
FREE_WORDS = "DROP TRIGGER keep_request ON intake_request; DROP FUNCTION minhu_keep_request();"

SEQUENCE = "CREATE SEQUENCE intake_number MINVALUE 1 MAXVALUE 999999 CYCLE CACHE 1;"


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("directory", "0002_row_security")]
    operations = [
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(KEEP_WORDS, FREE_WORDS),
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE intake_number;"),
    ]
