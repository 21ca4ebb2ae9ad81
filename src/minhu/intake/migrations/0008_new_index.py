"""The telephone index of a kept request may come under a new key; nothing else about the request changes with it.

Only inside a transaction that said so (`minhu.reindexing`), only to an index of a newer version, and never from or to
nothing. That it is the index of the same telephone the database cannot see: `engines.lookup` makes it from the sealed
value in one step, and `tests/intake/test_new_index.py` holds it. Cases of forgetting that are closed need no index.
"""

from importlib import import_module

from django.db import migrations

import minhu.engines.lookup

_BEFORE = import_module("minhu.intake.migrations.0007_forgetting").KEEP
_END = "  RAISE EXCEPTION 'a request is kept as it was received'"
_REINDEX = """  IF current_setting('minhu.reindexing', true) = 'on' AND minhu_indexed_anew(OLD.phone_index, NEW.phone_index) THEN
    wanted := NEW;
    wanted.unit_ids := OLD.unit_ids;
    wanted.phone_index := OLD.phone_index;
    IF wanted *= OLD THEN
      RETURN NEW;
    END IF;
  END IF;
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION minhu_indexed_anew(old bytea, new bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(octet_length(old) IN (16, 18) AND octet_length(new) = 18
    AND get_byte(new, 0) * 256 + get_byte(new, 1)
      > CASE WHEN octet_length(old) = 16 THEN 1 ELSE get_byte(old, 0) * 256 + get_byte(old, 1) END, false)
$$;
"""
KEEP = _FUNCTION + _BEFORE.replace(_END, _REINDEX + _END)
_CLOSED = "UPDATE intake_erasurecase SET phone_index = NULL WHERE done_at IS NOT NULL OR refused_at IS NOT NULL;"


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_forgetting")]
    operations = [
        migrations.AlterField(
            model_name="erasurecase",
            name="phone_index",
            field=minhu.engines.lookup.LookupIndexField(
                blank=True, help_text="of an open case", null=True, of="", purpose="phone"
            ),
        ),
        migrations.AlterField(
            model_name="request",
            name="phone_index",
            field=minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="requester_phone", purpose="phone"),
        ),
        migrations.RunSQL(KEEP, _BEFORE + "DROP FUNCTION IF EXISTS minhu_indexed_anew(bytea, bytea);"),
        migrations.RunSQL(_CLOSED, migrations.RunSQL.noop),
    ]
