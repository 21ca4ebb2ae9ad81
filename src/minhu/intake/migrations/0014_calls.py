"""Telephone calls, what their exchanges told of them, and their sound; seen by whoever sees every order."""

import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.conf import settings
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0013_talks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("source", models.CharField(help_text="the exchange that tells of it", max_length=64)),
                ("key", models.CharField(help_text="the exchange's name of the call", max_length=200)),
                (
                    "line",
                    models.CharField(
                        blank=True, help_text="code of the line of business that was called", max_length=32
                    ),
                ),
                ("caller", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "caller_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="caller", purpose="phone"),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("ringing", "RINGING"),
                            ("waiting", "WAITING"),
                            ("talking", "TALKING"),
                            ("held", "HELD"),
                            ("over", "OVER"),
                        ],
                        default="ringing",
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "ANSWERED"),
                            ("bot", "BOT"),
                            ("abandoned", "ABANDONED"),
                            ("missed", "MISSED"),
                            ("transferred", "TRANSFERRED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("queue", models.CharField(blank=True, max_length=200)),
                ("by_bot", models.BooleanField(default=False, help_text="a machine answered it")),
                ("arrived_at", models.DateTimeField()),
                (
                    "queued_at",
                    models.DateTimeField(blank=True, help_text="since when it waits for a person", null=True),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, help_text="a person speaks with the caller", null=True),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "wrap_up_seconds",
                    models.PositiveIntegerField(blank=True, help_text="the agent's work after it", null=True),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "talk",
                    models.OneToOneField(
                        blank=True,
                        help_text="none before anybody speaks",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call",
                        to="intake.talk",
                    ),
                ),
            ],
            options={
                "ordering": ["-arrived_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CallEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=16)),
                ("detail", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "key",
                    models.CharField(
                        help_text="digest of what tells it from any other event of the call", max_length=64
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="intake.call"
                    ),
                ),
            ],
            options={
                "ordering": ["call", "at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(help_text="its place in the call, from 1")),
                ("began_ms", models.PositiveBigIntegerField(help_text="milliseconds since the call arrived")),
                ("milliseconds", models.PositiveIntegerField()),
                ("rate", models.PositiveIntegerField(help_text="samples of a second")),
                ("digest", models.CharField(help_text="its address in the file store", max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField(help_text="when it was kept")),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recordings", to="intake.call"
                    ),
                ),
            ],
            options={
                "ordering": ["call", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["arrived_at"], name="call_arrived"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["line", "arrived_at"], name="call_of_line"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("phase", "over"), _negated=True), fields=["queued_at"], name="call_running"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["caller_index", "arrived_at"], name="call_caller"),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(fields=("source", "key"), name="call_once"),
        ),
        migrations.AddConstraint(
            model_name="callevent",
            constraint=models.UniqueConstraint(fields=("call", "key"), name="call_event_once"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["digest"], name="recording_digest"),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(fields=("call", "number"), name="recording_number"),
        ),
        migrations.RunSQL(protect("intake_call", "false"), unprotect("intake_call")),
        migrations.RunSQL(protect("intake_callevent", "false"), unprotect("intake_callevent")),
        migrations.RunSQL(protect("intake_recording", "false"), unprotect("intake_recording")),
    ]
