"""Contradictions between versions, seen by whoever may see both of them."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect_by_keys, through, unprotect_by_keys

BELOW = {
    "knowledge_contradiction": f"{through('knowledge_version', 'first_id')} AND {through('knowledge_version', 'second_id')}",
    "knowledge_looked": through("knowledge_version", "version_id"),
}
PROTECT = "".join(protect_by_keys(table, predicate) for table, predicate in BELOW.items())
UNPROTECT = "".join(unprotect_by_keys(table) for table in BELOW)


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0003_asking"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("expiring", "EXPIRING"),
                    ("expired", "EXPIRED"),
                    ("repealed", "REPEALED"),
                    ("changed", "CHANGED"),
                    ("gone", "GONE"),
                    ("failed", "FAILED"),
                    ("differs", "DIFFERS"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Looked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looked", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id"],
            },
        ),
        migrations.CreateModel(
            name="Contradiction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("number", "number"),
                            ("date", "date"),
                            ("time", "time"),
                            ("condition", "condition"),
                            ("address", "address"),
                            ("telephone", "telephone"),
                        ],
                        max_length=10,
                    ),
                ),
                ("score", models.FloatField()),
                ("first_passage", models.PositiveIntegerField()),
                ("first_start", models.PositiveIntegerField(help_text="the figure in the passage's text")),
                ("first_end", models.PositiveIntegerField()),
                ("second_passage", models.PositiveIntegerField()),
                ("second_start", models.PositiveIntegerField()),
                ("second_end", models.PositiveIntegerField()),
                (
                    "memory",
                    models.CharField(
                        help_text="digest of both sentences without their figures, in either order", max_length=64
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("open", "OPEN"),
                            ("first", "FIRST"),
                            ("second", "SECOND"),
                            ("both", "BOTH"),
                            ("other", "OTHER"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("found_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.version"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["-score", "-id"],
                "indexes": [
                    models.Index(fields=["memory"], name="contradiction_memory"),
                    models.Index(condition=models.Q(("verdict", "open")), fields=["second"], name="contradiction_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "first_passage", "second", "second_passage"), name="contradiction_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
