"""Likeness bands carry the 32 days they were said in (``domain.bands``), so that old ones cost a search nothing."""

from django.db import migrations

# the same sum undoes itself
DATE = """
UPDATE intake_fingerprint SET bands = ARRAY(
  SELECT band # (floor(extract(epoch FROM received_at) / 2764800)::bigint << 40)
  FROM unnest(bands) WITH ORDINALITY b (band, place) ORDER BY place)
WHERE bands <> '{}';
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_fewer_indexes")]
    operations = [migrations.RunSQL(DATE, DATE)]
