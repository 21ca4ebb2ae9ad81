"""New types of matters and joint decisions on them; a unit reads the cases it was asked about, through its opinion."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

ASKED = "(SELECT minhu_scope()) = 'units' AND unit_id = ANY ((SELECT minhu_units())::bigint[])"
THROUGH_OPINION = "EXISTS (SELECT 1 FROM handling_jointopinion asked WHERE asked.case_id = handling_jointcase.id)"


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0007_duties"),
        ("handling", "0015_lessons_newest"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lesson",
            name="kind",
            field=models.CharField(
                choices=[("return", "退单"), ("correction", "改派"), ("joint", "会商")], default="return", max_length=12
            ),
        ),
        migrations.CreateModel(
            name="JointCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("question", models.CharField(max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "会商中"), ("decided", "已裁定"), ("withdrawn", "已撤销")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=64)),
                ("due_at", models.DateTimeField(help_text="opinions are wanted by then")),
                ("late_at", models.DateTimeField(blank=True, help_text="when the alarm was raised", null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.category",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="JointOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                ("given_by", models.CharField(blank=True, max_length=64)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ours", "属于本单位职责"),
                            ("others", "属于其他单位职责"),
                            ("nobody", "现有职责未覆盖"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to="handling.jointcase",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.category",
                    ),
                ),
                (
                    "right_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="NewMatter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField(blank=True, help_text="of the program; None: a person said so", null=True)),
                (
                    "bound",
                    models.FloatField(blank=True, help_text="from which score on a matter counted as new", null=True),
                ),
                (
                    "nearest",
                    models.JSONField(default=list, help_text="[[code of a leaf, chance], …], the likeliest first"),
                ),
                ("marked_at", models.DateTimeField()),
                ("marked_by", models.CharField(max_length=64)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_by", models.CharField(blank=True, max_length=64)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="matters",
                        to="handling.jointcase",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="new_matter", to="handling.order"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TypeProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField(help_text="the joint decision")),
                ("name", models.CharField(help_text="of the category wanted; empty: only a duty", max_length=64)),
                ("parent_code", models.CharField(blank=True, max_length=32)),
                ("duty", models.CharField(blank=True, max_length=120)),
                ("basis", models.CharField(blank=True, max_length=255)),
                ("category_code", models.CharField(blank=True, help_text="of the duty", max_length=32)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=64)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_by", models.CharField(blank=True, max_length=64)),
                ("taken", models.BooleanField(default=False, help_text="put into a draft; else laid aside")),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="jointcase",
            index=models.Index(condition=models.Q(("state", "open")), fields=["due_at"], name="joint_due"),
        ),
        migrations.AddConstraint(
            model_name="jointopinion",
            constraint=models.UniqueConstraint(fields=("case", "unit"), name="opinion_once_per_unit"),
        ),
        migrations.AddIndex(
            model_name="newmatter",
            index=models.Index(
                condition=models.Q(("case__isnull", True), ("dropped_at__isnull", True)),
                fields=["-order"],
                name="new_matter_open",
            ),
        ),
        migrations.RunSQL(protect("handling_jointopinion", ASKED), unprotect("handling_jointopinion")),
        migrations.RunSQL(protect("handling_jointcase", THROUGH_OPINION), unprotect("handling_jointcase")),
        migrations.RunSQL(
            protect("handling_newmatter", through("handling_order", "order_id")), unprotect("handling_newmatter")
        ),
    ]
