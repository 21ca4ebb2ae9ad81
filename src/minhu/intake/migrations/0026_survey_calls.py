"""Survey calls, numbers that want none, and how exchanges are connected; calls know whether the house placed them."""

import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0025_calls_forgotten"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", minhu.engines.secrets.EncryptedTextField()),
                ("phone_index", minhu.engines.lookup.LookupIndexField(of="phone", purpose="phone", unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ExchangeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=8)),
                ("state", models.CharField(max_length=12)),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField(help_text="when its keeper last said so")),
                ("last_event_at", models.DateTimeField(blank=True, null=True)),
                ("events", models.PositiveBigIntegerField(default=0)),
                ("unread", models.PositiveBigIntegerField(default=0, help_text="messages that could not be read")),
                ("breaks", models.PositiveBigIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="call",
            name="outgoing",
            field=models.BooleanField(default=False, help_text="the house placed it"),
        ),
        migrations.CreateModel(
            name="SurveyCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=100, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "WAITING"), ("calling", "CALLING"), ("done", "DONE")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rated", "RATED"),
                            ("handed", "HANDED"),
                            ("later", "LATER"),
                            ("never", "NEVER"),
                            ("wrong", "WRONG"),
                            ("declined", "DECLINED"),
                            ("broken", "BROKEN"),
                            ("unreached", "UNREACHED"),
                            ("overdue", "OVERDUE"),
                        ],
                        max_length=10,
                    ),
                ),
                ("last", models.CharField(blank=True, help_text="what came of the last try", max_length=12)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(help_text="not before")),
                ("placed_at", models.DateTimeField(blank=True, help_text="the last try", null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.OneToOneField(
                        blank=True,
                        help_text="the last try",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="survey",
                        to="intake.call",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="survey_calls", to="intake.request"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="survey_call_due"),
                    models.Index(condition=models.Q(("state", "calling")), fields=["placed_at"], name="survey_call_on"),
                    models.Index(fields=["closed_at"], name="survey_call_closed"),
                ],
            },
        ),
        migrations.RunSQL(protect("intake_surveycall", "false"), unprotect("intake_surveycall")),
        migrations.RunSQL(protect("intake_callstop", "false"), unprotect("intake_callstop")),
    ]
