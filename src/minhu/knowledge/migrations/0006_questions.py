"""Questions that wait for a person, and callers' words for words of papers; seen by keys."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import keyed, protect_by_keys, unprotect_by_keys

TABLES = ("knowledge_openquestion", "knowledge_wording")
PROTECT = "".join(protect_by_keys(table, keyed()) for table in TABLES)
UNPROTECT = "".join(unprotect_by_keys(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0005_explained"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said", models.CharField(max_length=40, unique=True)),
                ("meant", models.CharField(max_length=40)),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["said"],
            },
        ),
        migrations.CreateModel(
            name="OpenQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sign",
                    models.CharField(help_text="of its terms and of the document cited", max_length=64, unique=True),
                ),
                ("question", models.CharField(max_length=500)),
                ("complaint", models.CharField(blank=True, max_length=300)),
                (
                    "trouble",
                    models.CharField(choices=[("unanswered", "UNANSWERED"), ("unhelpful", "UNHELPFUL")], max_length=12),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "settled",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("document", "DOCUMENT"),
                            ("corrected", "CORRECTED"),
                            ("wording", "WORDING"),
                            ("not_ours", "NOT_OURS"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("settled_by", models.CharField(blank=True, max_length=64)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "cited",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        help_text="that answers now",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-times", "-last_at", "-id"],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
