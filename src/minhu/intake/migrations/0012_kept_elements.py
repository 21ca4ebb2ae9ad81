"""Elements that people confirmed; seen with the request."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0011_erasure_phone"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptElement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("value", models.CharField(max_length=500)),
                ("words", models.CharField(help_text="of the request; as they stand there", max_length=500)),
                (
                    "corrected",
                    models.BooleanField(default=False, help_text="the person wrote another value than was read"),
                ),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.CharField(max_length=64)),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_elements",
                        to="intake.request",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("request", "kind", "words"), name="element_kept_once_per_words")
                ],
            },
        ),
        migrations.RunSQL(
            protect("intake_keptelement", through("intake_request", "request_id")), unprotect("intake_keptelement")
        ),
    ]
