"""Ratings counted by day, lead unit and exclusion, so that a year's rates cost its days and not its ratings.

No row security: numbers only, no order and no person. The database keeps them itself, in the transaction of whoever
writes a rating, so that they are exact at any moment. Days are days in China; unit 0 stands for none.
"""

from django.db import migrations

COUNTS = {
    "n": "true",
    "response_valid": "r.reached AND r.responded IS NOT NULL",
    "responded": "r.reached AND r.responded",
    "solution_valid": "r.reached AND r.solved IS NOT NULL",
    "solved_count": "r.reached AND r.solved",
    **{f"grade_{one}": f"r.reached AND r.satisfaction = '{one}'" for one in ("satisfied", "mostly", "so_so", "dissatisfied")},
}  # fmt: skip
KEY = "(r.rated_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(r.lead_unit_id, 0), r.excluded_at IS NOT NULL"
DAYS = f"""
CREATE TABLE evaluation_day (
  day date NOT NULL, lead_unit_id bigint NOT NULL, excluded boolean NOT NULL,
  {", ".join(f"{name} integer NOT NULL" for name in COUNTS)}, PRIMARY KEY (day, lead_unit_id, excluded)
);
CREATE FUNCTION minhu_count_rating(r evaluation_rating, sign integer) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO evaluation_day AS d
    SELECT {KEY}, {", ".join(f"coalesce(({rule})::integer, 0) * sign" for rule in COUNTS.values())}
  ON CONFLICT (day, lead_unit_id, excluded) DO UPDATE SET {", ".join(f"{name} = d.{name} + EXCLUDED.{name}" for name in COUNTS)}
$$;
REVOKE EXECUTE ON FUNCTION minhu_count_rating(evaluation_rating, integer) FROM PUBLIC;
CREATE FUNCTION minhu_count_ratings() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM minhu_count_rating(OLD, -1); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM minhu_count_rating(NEW, 1); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_ratings AFTER INSERT OR UPDATE OR DELETE ON evaluation_rating
  FOR EACH ROW EXECUTE FUNCTION minhu_count_ratings();
INSERT INTO evaluation_day
  SELECT {KEY}, {", ".join(f"count(*) FILTER (WHERE {rule})" for rule in COUNTS.values())}
  FROM evaluation_rating r GROUP BY 1, 2, 3;
"""
NO_DAYS = """
DROP TRIGGER count_ratings ON evaluation_rating; DROP FUNCTION minhu_count_ratings();
DROP FUNCTION minhu_count_rating(evaluation_rating, integer); DROP TABLE evaluation_day;
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_joint_ratings")]
    operations = [migrations.RunSQL(DAYS, NO_DAYS)]
