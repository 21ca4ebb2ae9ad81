"""What live versions say of matters, and which tools were called; a triple is seen by whoever may see its version."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


from minhu.directory.row_security import keyed, protect_by_keys, through, unprotect_by_keys

BELOW = ("knowledge_graphtriple", "knowledge_drawn")
PROTECT = "".join(protect_by_keys(table, through("knowledge_version", "version_id")) for table in BELOW)
PROTECT += protect_by_keys("knowledge_toolcall", keyed())
UNPROTECT = "".join(unprotect_by_keys(table) for table in (*BELOW, "knowledge_toolcall"))


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0009_crosswalks"),
        ("knowledge", "0010_evaluation_sets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Drawn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rules", models.PositiveSmallIntegerField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drawn", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id"],
            },
        ),
        migrations.CreateModel(
            name="ToolCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("tool", models.CharField(max_length=24)),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("desk", "DESK"),
                            ("search", "SEARCH"),
                            ("page", "PAGE"),
                            ("window", "WINDOW"),
                            ("api", "API"),
                            ("tool", "TOOL"),
                        ],
                        max_length=8,
                    ),
                ),
                ("staff", models.CharField(blank=True, max_length=64)),
                ("outcome", models.CharField(help_text="told, nothing, or the code of the error", max_length=24)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["at"], name="toolcall_at")],
            },
        ),
        migrations.CreateModel(
            name="GraphTriple",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("matter", models.CharField(help_text="as the paper's title calls it", max_length=128)),
                ("matter_key", models.CharField(max_length=64)),
                ("detail", models.CharField(blank=True, help_text="of which part of the matter", max_length=60)),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("unit", "unit"),
                            ("material", "material"),
                            ("condition", "condition"),
                            ("fee", "fee"),
                            ("time", "time"),
                            ("place", "place"),
                            ("telephone", "telephone"),
                            ("policy", "policy"),
                        ],
                        max_length=10,
                    ),
                ),
                ("thing", models.CharField(help_text="words of the passage", max_length=120)),
                ("thing_key", models.CharField(max_length=64)),
                (
                    "passage",
                    models.PositiveIntegerField(help_text="number of the passage; 0: told by the facts of the version"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="directory.unit"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="triples", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "id"],
                "indexes": [
                    models.Index(fields=["matter_key", "relation"], name="triple_matter"),
                    models.Index(fields=["relation", "thing_key"], name="triple_thing"),
                    models.Index(condition=models.Q(("unit__isnull", False)), fields=["unit"], name="triple_unit"),
                ],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
