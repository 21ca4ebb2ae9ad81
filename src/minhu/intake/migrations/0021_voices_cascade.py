"""Marks and bonds go with their talk when its time is over: records are removed by one statement a table.

In a migration of its own, because Django makes foreign keys at the end of the one that makes their tables.
"""

from django.db import migrations

CASCADE = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT c.conname, c.conrelid::regclass AS child, c.confrelid::regclass AS parent, a.attname, a.attnotnull
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND (c.conrelid::regclass::text, a.attname) IN (('intake_voicemark', 'talk_id'),
      ('intake_personbond', 'talk_id'), ('intake_personbond', 'other_id'))
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.child, one.conname);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id) ON DELETE %s'
      ' DEFERRABLE INITIALLY DEFERRED', one.child, one.conname, one.attname, one.parent,
      CASE WHEN one.attnotnull THEN 'CASCADE' ELSE 'SET NULL' END);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0020_voices")]

    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
