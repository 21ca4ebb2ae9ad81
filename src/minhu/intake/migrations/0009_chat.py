"""What a chat model was asked and said; its counters hold no words, its answers are as protected as the request."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

TABLE = "intake_consultation"


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0008_new_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChatDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("tokens", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ChatState",
            fields=[
                (
                    "endpoint",
                    models.CharField(
                        help_text="digest of address and model", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="one after another")),
                (
                    "opened",
                    models.PositiveIntegerField(default=0, help_text="times opened without an answer in between"),
                ),
                ("open_until", models.DateTimeField(blank=True, null=True)),
                (
                    "probe_until",
                    models.DateTimeField(blank=True, help_text="somebody is trying whether it works again", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChatCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("outcome", models.CharField(max_length=20)),
                ("questions", models.BigIntegerField(default=0)),
                ("tokens", models.BigIntegerField(default=0)),
                ("milliseconds", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "outcome"), name="chat_count_once")],
            },
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="consultation",
                        serialize=False,
                        to="intake.request",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(blank=True, help_text="when to try (again); empty: done", null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("maker", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "key",
                    models.BinaryField(
                        blank=True, help_text="keyed hash of model, question and words", max_length=16, null=True
                    ),
                ),
                (
                    "answer",
                    models.JSONField(blank=True, help_text="values of the schema, personal data taken out", null=True),
                ),
                (
                    "advice",
                    models.JSONField(blank=True, help_text="what the text bears out, as this city's values", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="consultation_due"
                    ),
                    models.Index(
                        condition=models.Q(("answer__isnull", False)), fields=["key"], name="consultation_key"
                    ),
                ],
            },
        ),
        migrations.RunSQL(protect(TABLE, through("intake_request", "request_id")), unprotect(TABLE)),
    ]
