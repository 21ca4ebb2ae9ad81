"""A survey call goes with its request and outlives its telephone call: records are removed by one statement a table."""

from django.db import migrations

CASCADE = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT c.conname, c.conrelid::regclass AS child, c.confrelid::regclass AS parent, a.attname, a.attnotnull
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid::regclass::text = 'intake_surveycall' AND a.attname IN ('call_id', 'request_id')
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.child, one.conname);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id) ON DELETE %s'
      ' DEFERRABLE INITIALLY DEFERRED', one.child, one.conname, one.attname, one.parent,
      CASE WHEN one.attnotnull THEN 'CASCADE' ELSE 'SET NULL' END);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0026_survey_calls")]

    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
