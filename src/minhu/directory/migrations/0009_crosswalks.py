"""Crosswalks from other houses' categories to ours; a published one is never changed, and processes notice a new one."""

import django.db.models.deletion
import minhu.kernel.clock
from django.db import migrations, models

from minhu.directory.guards import triggers

GUARD = triggers(
    ("directory_crosswalk",),
    {"directory_crosswalkline": ("directory_crosswalk", "version_id")},
    {"categories": ("directory_crosswalk", "directory_crosswalkline")},
)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0008_knowledge_posts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Crosswalk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="whose taxonomy it is", max_length=64)),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "DRAFT"), ("published", "PUBLISHED"), ("retired", "RETIRED")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("created_by", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["kind", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "number"), name="crosswalk_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("kind",), name="one_published_crosswalk"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CrosswalkGap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "door",
                    models.CharField(help_text="where it came from: import, or the label of the system", max_length=64),
                ),
                ("said", models.CharField(max_length=100)),
                ("count", models.PositiveIntegerField(default=1)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-last_at"],
                "constraints": [models.UniqueConstraint(fields=("door", "said"), name="crosswalk_gap_once")],
            },
        ),
        migrations.CreateModel(
            name="CrosswalkLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_code", models.CharField(blank=True, max_length=64)),
                ("source_path", models.CharField(help_text="names from the root, joined by /", max_length=255)),
                (
                    "proposed",
                    models.JSONField(default=list, help_text="[[code, confidence, reason], …], the best first"),
                ),
                ("target_code", models.CharField(blank=True, max_length=32)),
                ("decided", models.BooleanField(default=False)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="directory.crosswalk"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("version", "source_path"), name="crosswalk_line_once")],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
