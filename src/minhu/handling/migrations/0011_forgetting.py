"""The history of an order is never changed, except that words naming a person are struck out when it is forgotten.

Only the three texts of a step, and only in the transaction whose erasure (`intake_erasure`) names the order's request.
"""

from typing import ClassVar

from django.db import migrations

FORGET = """
CREATE OR REPLACE FUNCTION minhu_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted handling_orderstep;
BEGIN
  IF TG_OP = 'UPDATE' AND EXISTS (
    SELECT 1 FROM intake_erasure e JOIN handling_order o ON o.request_id = e.request_id
    WHERE o.id = OLD.order_id AND e.transaction = txid_current()
  ) THEN
    wanted := NEW;
    wanted.text := OLD.text;
    wanted.public_text := OLD.public_text;
    wanted.changes := OLD.changes;
    IF wanted *= OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the history of an order is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION minhu_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of an order is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0010_newest_of_an_area"), ("intake", "0007_forgetting")]
    operations: ClassVar = [migrations.RunSQL(FORGET, AS_BEFORE)]
