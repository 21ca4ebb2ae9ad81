"""A joint decision remembers all its orders, also those that left it: forgetting a person goes by them."""

import django.contrib.postgres.fields
from django.db import migrations, models

FILL = """
UPDATE handling_jointcase c SET order_ids = ARRAY(
  SELECT m.order_id FROM handling_newmatter m WHERE m.case_id = c.id ORDER BY m.order_id
)
"""


class Migration(migrations.Migration):
    dependencies = [("handling", "0018_tags_of_words")]

    operations = [
        migrations.AddField(
            "jointcase",
            "order_ids",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(),
                default=list,
                help_text="all that were ever put into it: a forgotten person's words are struck here by it",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
