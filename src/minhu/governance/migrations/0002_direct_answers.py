"""Days counted while an archived direct answer was not counted as one are counted anew."""

from django.db import migrations

FORGET = "DELETE FROM governance_day; DELETE FROM governance_slice;"


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
