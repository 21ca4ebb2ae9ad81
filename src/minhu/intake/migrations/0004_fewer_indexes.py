"""Indexes that another one covers, or that nobody asks, go: each costs every new request a write."""

import django.db.models.deletion
from django.db import migrations, models


# Django makes it for LIKE on numbers; requests are found by whole numbers only
LIKE = "DROP INDEX IF EXISTS intake_request_number_dcbd8372_like"
NO_LIKE = "CREATE INDEX intake_request_number_dcbd8372_like ON intake_request (number varchar_pattern_ops)"


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_imports"),
    ]

    operations = [
        migrations.RunSQL(LIKE, NO_LIKE),
        migrations.AlterField(
            model_name="suggestion",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="suggestions",
                to="intake.request",
            ),
        ),
    ]
