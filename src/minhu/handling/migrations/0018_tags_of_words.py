"""Orders are found by what their words say of people: an index of the few that have tags."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("handling", "0017_self_fed")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX handling_order_tags ON handling_order USING gin (tags) WHERE tags <> '{}'",
            "DROP INDEX IF EXISTS handling_order_tags",
        )
    ]
