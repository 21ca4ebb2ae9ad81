"""Vectors of live papers; seen by whoever sees the version."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect_by_keys, through, unprotect_by_keys

TABLE = "knowledge_versionvectors"


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0013_no_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="VersionVectors",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vectors",
                        serialize=False,
                        to="knowledge.version",
                    ),
                ),
                ("maker", models.CharField(max_length=60)),
                ("dimension", models.PositiveSmallIntegerField()),
                ("rows", models.BinaryField(help_text="float16, little-endian")),
            ],
        ),
        migrations.RunSQL(protect_by_keys(TABLE, through("knowledge_version", "version_id")), unprotect_by_keys(TABLE)),
    ]
