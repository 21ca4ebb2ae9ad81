"""One incident behind many calls; who was told is seen with the order."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0006_access_rules"),
        ("handling", "0013_simulations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                (
                    "area_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("wording", models.CharField(help_text="what citizens read", max_length=500)),
                ("public", models.BooleanField(default=True, help_text="shown to everybody who is about to report")),
                ("began_at", models.DateTimeField()),
                ("expected_end", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=64)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, max_length=64)),
                ("close_note", models.CharField(blank=True, max_length=300)),
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
                    "main",
                    models.ForeignKey(
                        help_text="the leading order",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="handling.order",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="IncidentNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=2000)),
                (
                    "without",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        help_text="orders taken out",
                        size=None,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=64)),
                ("sends_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=64)),
                ("told", models.PositiveIntegerField(default=0, help_text="requesters")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="handling.incident"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="IncidentTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_at", models.DateTimeField()),
                (
                    "callback",
                    models.CharField(
                        choices=[("none", "不需要"), ("wanted", "待回访"), ("done", "已回访")], max_length=8
                    ),
                ),
                ("called_at", models.DateTimeField(blank=True, null=True)),
                ("called_by", models.CharField(blank=True, max_length=64)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="handling.incidentnotice",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="told", to="handling.order"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("main",), name="one_incident_per_main"
            ),
        ),
        migrations.AddIndex(
            model_name="incidentnotice",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=["sends_at"],
                name="notice_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidenttold",
            constraint=models.UniqueConstraint(fields=("notice", "order"), name="told_once_per_notice"),
        ),
        migrations.RunSQL(
            protect("handling_incidenttold", through("handling_order", "order_id")), unprotect("handling_incidenttold")
        ),
    ]
