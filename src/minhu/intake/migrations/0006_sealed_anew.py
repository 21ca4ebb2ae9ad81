"""A kept request may be sealed anew; nothing else about it changes.

Re-sealing: only inside a transaction that said so (`minhu.resealing`), only in the sealed columns, only from an older
key or format to the same or a newer one, and only to a value of the same length, which is the length of the plain text
in bytes. That the text itself is the same the database cannot see: `engines.sealed` opens and seals in one step, and
`tests/directory/test_rotation.py` holds it.
"""

from __future__ import annotations

from django.db import migrations

KEEP = """
CREATE OR REPLACE FUNCTION minhu_sealed_anew(old bytea, new bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT old IS NOT DISTINCT FROM new OR coalesce(
    octet_length(old) = octet_length(new) AND octet_length(new) >= 31 AND get_byte(new, 0) BETWEEN 1 AND 4
    AND get_byte(new, 1) * 256 + get_byte(new, 2) >= get_byte(old, 1) * 256 + get_byte(old, 2), false)
$$;
CREATE OR REPLACE FUNCTION minhu_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted intake_request;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a request is never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  wanted := NEW;
  wanted.unit_ids := OLD.unit_ids;
  IF wanted *= OLD THEN
    RETURN NEW;
  END IF;
  IF current_setting('minhu.resealing', true) = 'on'
     AND minhu_sealed_anew(OLD.place_text, NEW.place_text)
     AND minhu_sealed_anew(OLD.requester_name, NEW.requester_name)
     AND minhu_sealed_anew(OLD.requester_phone, NEW.requester_phone)
     AND minhu_sealed_anew(OLD.requester_phone2, NEW.requester_phone2)
     AND minhu_sealed_anew(OLD.requester_id_number, NEW.requester_id_number)
     AND minhu_sealed_anew(OLD.requester_address, NEW.requester_address) THEN
    wanted.place_text := OLD.place_text;
    wanted.requester_name := OLD.requester_name;
    wanted.requester_phone := OLD.requester_phone;
    wanted.requester_phone2 := OLD.requester_phone2;
    wanted.requester_id_number := OLD.requester_id_number;
    wanted.requester_address := OLD.requester_address;
    IF wanted *= OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a request is kept as it was received' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
KEEP_AS_BEFORE = """
CREATE OR REPLACE FUNCTION minhu_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a request is never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF to_jsonb(NEW) - 'unit_ids' IS DISTINCT FROM to_jsonb(OLD) - 'unit_ids' THEN
    RAISE EXCEPTION 'a request is kept as it was received' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
DROP FUNCTION IF EXISTS minhu_sealed_anew(bytea, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_dated_bands")]
    operations = [migrations.RunSQL(KEEP, KEEP_AS_BEFORE)]
