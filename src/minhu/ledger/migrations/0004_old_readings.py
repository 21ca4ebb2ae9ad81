"""Readings older than three years may be removed by the program; younger ones, entries and checkpoints by nobody.

The three years (1,096 days) stand here and not in a setting: no setting makes the log shorter than the law asks. The
moment is the database's.
"""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("minhu.ledger.migrations.0002_append_only").GUARD.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_END = "  RAISE EXCEPTION 'the ledger only grows"
_OLD = """  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'ledger_access' AND TG_LEVEL = 'ROW' THEN
    IF OLD.at < now() - interval '1096 days' THEN
      RETURN OLD;
    END IF;
  END IF;
"""
GUARD = _BEFORE.replace(_END, _OLD + _END)
_POLICY = (
    "CREATE POLICY expire ON ledger_access FOR DELETE TO minhu_wide USING (at < now() - interval '1096 days');\n"
    "CREATE POLICY lock ON ledger_access FOR UPDATE TO minhu_wide"
    " USING (at < now() - interval '1096 days') WITH CHECK (false);"
)
_NO_POLICY = "DROP POLICY expire ON ledger_access; DROP POLICY lock ON ledger_access;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_proofs_and_contracts")]
    operations = [
        migrations.RunSQL(GUARD, _BEFORE),
        migrations.RunSQL(_POLICY, _NO_POLICY),
    ]
