"""What the list of orders needs to answer in milliseconds: pairs of characters of the words, and two orders of rows.

Chinese words are mostly two characters long, which trigrams cannot find; pairs of neighbouring characters can.
"""

from django.db import migrations

WORDS = """
CREATE FUNCTION minhu_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT ARRAY(SELECT m[1] FROM regexp_matches(plain, '..', 'g') m)
      || ARRAY(SELECT m[1] FROM regexp_matches(substr(plain, 2), '..', 'g') m)
  FROM (SELECT lower(regexp_replace(words, '\\s+', '', 'g')) AS plain) cleaned
$$;
CREATE INDEX order_words ON handling_order USING gin (minhu_pairs(title || ' ' || place_hint));
CREATE INDEX order_due ON handling_order (due_at, id);
CREATE INDEX order_changed ON handling_order (changed_at, id);
CREATE INDEX order_newest ON handling_order (created_at, id);
"""
NO_WORDS = """
DROP INDEX order_newest; DROP INDEX order_changed; DROP INDEX order_due; DROP INDEX order_words;
DROP FUNCTION minhu_pairs(text);
"""
LETTERS = "CREATE INDEX request_words ON intake_request USING gin (minhu_pairs(left(text, 400)));"
NO_LETTERS = "DROP INDEX request_words;"


class Migration(migrations.Migration):
    dependencies = [("handling", "0002_row_security"), ("intake", "0002_row_security")]
    operations = [migrations.RunSQL(WORDS, NO_WORDS), migrations.RunSQL(LETTERS, NO_LETTERS)]
