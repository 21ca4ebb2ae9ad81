"""Samples of askings that people judge; a judgement is the program's alone until two have judged."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import keyed, protect_by_keys, unprotect_by_keys

TABLES = ("knowledge_sample", "knowledge_sampleitem", "knowledge_judgement")
PROTECT = "".join(protect_by_keys(table, keyed()) for table in TABLES)
UNPROTECT = "".join(unprotect_by_keys(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0007_rated_askings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("size", models.PositiveIntegerField()),
                ("seed", models.PositiveBigIntegerField()),
                ("strata", models.JSONField(help_text="how many askings each stratum had when it was drawn")),
                ("drawn_by", models.CharField(max_length=64)),
                ("drawn_at", models.DateTimeField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SampleItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("stratum", models.CharField(max_length=80)),
                ("answered", models.BooleanField()),
                (
                    "final",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("right", "RIGHT"),
                            ("partly", "PARTLY"),
                            ("wrong", "WRONG"),
                            ("refuse", "SHOULD_REFUSE"),
                            ("answer", "SHOULD_ANSWER"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "citation",
                    models.BooleanField(help_text="whether the clause cited is the right one, in the end", null=True),
                ),
                ("third", models.BooleanField(default=False, help_text="two judges disagreed")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "asking",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="knowledge.asking",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="knowledge.sample"
                    ),
                ),
            ],
            options={
                "ordering": ["sample_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("judge", models.CharField(max_length=64)),
                ("place", models.PositiveSmallIntegerField(help_text="1 and 2: independent; 3: decides")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("right", "RIGHT"),
                            ("partly", "PARTLY"),
                            ("wrong", "WRONG"),
                            ("refuse", "SHOULD_REFUSE"),
                            ("answer", "SHOULD_ANSWER"),
                        ],
                        max_length=8,
                    ),
                ),
                ("citation", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="knowledge.sampleitem",
                    ),
                ),
            ],
            options={
                "ordering": ["item_id", "place"],
            },
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.UniqueConstraint(fields=("sample", "number"), name="sample_item_once"),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(fields=("item", "judge"), name="judgement_once"),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(fields=("item", "place"), name="judgement_place"),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
