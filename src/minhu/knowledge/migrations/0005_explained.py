"""Signatures under interpretations, questions made from versions; seen by whoever may see the version."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect_by_keys, through, unprotect_by_keys

BELOW = ("knowledge_signature", "knowledge_madepair")
PROTECT = "".join(protect_by_keys(table, through("knowledge_version", "version_id")) for table in BELOW)
UNPROTECT = "".join(unprotect_by_keys(table) for table in BELOW)


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0004_contradictions"),
    ]

    operations = [
        migrations.AddField(
            model_name="looked",
            name="asked_at",
            field=models.DateTimeField(blank=True, help_text="questions were made from it", null=True),
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("signed_by", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signature", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id"],
            },
        ),
        migrations.CreateModel(
            name="MadePair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("cell", "cell"),
                            ("conditions", "conditions"),
                            ("materials", "materials"),
                            ("steps", "steps"),
                            ("fee", "fee"),
                            ("time", "time"),
                            ("place", "place"),
                            ("telephone", "telephone"),
                            ("asked", "asked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                (
                    "questions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300),
                        help_text="one wording for each style, in its order",
                        size=None,
                    ),
                ),
                ("answer", models.TextField(help_text="words of the passages")),
                (
                    "passages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "NEW"),
                            ("accepted", "ACCEPTED"),
                            ("rejected", "REJECTED"),
                            ("stale", "STALE"),
                            ("ended", "ENDED"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("made_at", models.DateTimeField()),
                ("reviewed_by", models.CharField(blank=True, max_length=64)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pairs", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("state", "accepted")), fields=["words"], name="pair_words"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["new", "stale"])), fields=["version"], name="pair_waiting"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("version", "about", "detail"), name="pair_once")],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
