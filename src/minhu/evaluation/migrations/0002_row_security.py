"""Row security of ratings."""

from django.db import migrations

from minhu.directory.row_security import protect, through, unprotect


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("handling", "0002_row_security")]
    operations = [
        migrations.RunSQL(
            protect("evaluation_rating", through("handling_order", "order_id")),
            unprotect("evaluation_rating"),
        )
    ]
