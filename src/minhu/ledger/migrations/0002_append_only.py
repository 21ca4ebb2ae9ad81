"""Entries and checkpoints are never changed: triggers for everybody, row security for the application.

The owner may switch the triggers off for a session by `SET minhu.ledger_guard = 'off'`; the roles of the
application cannot. Whatever is done then is found by `minhu ledger verify`.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION minhu_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('minhu.ledger_guard', true) = 'off' AND current_user NOT IN ('minhu_app', 'minhu_wide') THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ledger_entry' THEN
    IF OLD.position IS NULL AND NEW.position IS NOT NULL
       AND (NEW.id, NEW.uid, NEW.occurred_at, NEW.actor_kind, NEW.actor_id, NEW.roles, NEW.kind,
            NEW.subject_type, NEW.subject_id, NEW.payload, NEW.leaf_hash)
         = (OLD.id, OLD.uid, OLD.occurred_at, OLD.actor_kind, OLD.actor_id, OLD.roles, OLD.kind,
            OLD.subject_type, OLD.subject_id, OLD.payload, OLD.leaf_hash) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the ledger only grows: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TABLES = ("ledger_entry", "ledger_checkpoint", "ledger_access")
TRIGGERS = "".join(
    f"CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION minhu_ledger_guard();\n"
    f"CREATE TRIGGER guard_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION minhu_ledger_guard();\n"
    for table in TABLES
)
NO_TRIGGERS = "".join(f"DROP TRIGGER guard ON {table}; DROP TRIGGER guard_all ON {table};\n" for table in TABLES)

# minhu_wide is the role of the program itself and of those who may see everything (docs/adr/0002)
POLICIES = """
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY append ON ledger_entry FOR INSERT TO minhu_app, minhu_wide WITH CHECK (position IS NULL);
CREATE POLICY audit ON ledger_entry FOR SELECT TO minhu_app
  USING (current_setting('minhu.scope', true) IN ('all', 'audit', 'system'));
CREATE POLICY wide ON ledger_entry FOR SELECT TO minhu_wide USING (true);
CREATE POLICY sequence ON ledger_entry FOR UPDATE TO minhu_wide USING (position IS NULL) WITH CHECK (true);

ALTER TABLE ledger_checkpoint ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON ledger_checkpoint FOR SELECT TO minhu_app, minhu_wide USING (true);
CREATE POLICY append ON ledger_checkpoint FOR INSERT TO minhu_wide WITH CHECK (true);

ALTER TABLE ledger_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY append ON ledger_access FOR INSERT TO minhu_app, minhu_wide WITH CHECK (true);
CREATE POLICY audit ON ledger_access FOR SELECT TO minhu_app
  USING (current_setting('minhu.scope', true) IN ('all', 'audit', 'system'));
CREATE POLICY wide ON ledger_access FOR SELECT TO minhu_wide USING (true);
"""
NO_POLICIES = """
DROP POLICY append ON ledger_entry; DROP POLICY audit ON ledger_entry; DROP POLICY wide ON ledger_entry;
DROP POLICY sequence ON ledger_entry; ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY;
DROP POLICY readable ON ledger_checkpoint; DROP POLICY append ON ledger_checkpoint;
ALTER TABLE ledger_checkpoint DISABLE ROW LEVEL SECURITY;
DROP POLICY append ON ledger_access; DROP POLICY audit ON ledger_access; DROP POLICY wide ON ledger_access;
ALTER TABLE ledger_access DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION minhu_ledger_guard();"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(POLICIES, NO_POLICIES),
    ]
