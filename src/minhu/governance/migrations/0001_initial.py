"""Counts of past days, so that a year's figures cost as much among a million orders as among ten thousand.

No row security: numbers only, no order and no person. A change of an order that came in before yesterday notes its
days in ``governance_changed`` within its own transaction; newer days are never counted beforehand, so that creating and
handling today's orders pays nothing. Days are days in China.
"""

from django.db import migrations

TABLES = """
CREATE TABLE governance_day (
  day date PRIMARY KEY, received integer NOT NULL, done integer NOT NULL, direct integer NOT NULL,
  dispatched integer NOT NULL, first_right integer NOT NULL, judged integer NOT NULL, in_time integer NOT NULL,
  redone integer NOT NULL, repeats integer NOT NULL, timed integer NOT NULL, seconds double precision NOT NULL,
  ended integer NOT NULL
);
CREATE TABLE governance_slice (
  dimension varchar(16) NOT NULL, day date NOT NULL, code varchar(80) NOT NULL, name varchar(200) NOT NULL,
  n integer NOT NULL, PRIMARY KEY (dimension, day, code, name)
);
CREATE TABLE governance_changed (day date NOT NULL);
CREATE FUNCTION minhu_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION minhu_note_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO governance_changed
    SELECT DISTINCT minhu_day(at) FROM unnest(CASE WHEN TG_OP = 'INSERT' THEN ARRAY[NEW.created_at, NEW.closed_at]
      ELSE ARRAY[NEW.created_at, OLD.created_at, NEW.closed_at, OLD.closed_at] END) at WHERE at IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER note_days_new AFTER INSERT ON handling_order FOR EACH ROW
  WHEN (NEW.created_at < now() - interval '1 day') EXECUTE FUNCTION minhu_note_days();
CREATE TRIGGER note_days AFTER UPDATE ON handling_order FOR EACH ROW
  WHEN (OLD.created_at < now() - interval '1 day' AND
    (OLD.created_at, OLD.closed_at, OLD.state, OLD.category_id, OLD.area_id, OLD.channel, OLD.request_type,
     OLD.lead_unit_id, OLD.dispatched_at, OLD.return_count, OLD.transfer_count, OLD.handled_in_time, OLD.reopen_count,
     OLD.repeat_of_id) IS DISTINCT FROM
    (NEW.created_at, NEW.closed_at, NEW.state, NEW.category_id, NEW.area_id, NEW.channel, NEW.request_type,
     NEW.lead_unit_id, NEW.dispatched_at, NEW.return_count, NEW.transfer_count, NEW.handled_in_time, NEW.reopen_count,
     NEW.repeat_of_id))
  EXECUTE FUNCTION minhu_note_days();
"""
NO_TABLES = """
DROP TRIGGER note_days ON handling_order; DROP TRIGGER note_days_new ON handling_order;
DROP FUNCTION minhu_note_days(); DROP FUNCTION minhu_day(timestamptz);
DROP TABLE governance_changed; DROP TABLE governance_slice; DROP TABLE governance_day;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("handling", "0003_search"), ("directory", "0003_versions_and_stamps")]
    operations = [migrations.RunSQL(TABLES, NO_TABLES)]
