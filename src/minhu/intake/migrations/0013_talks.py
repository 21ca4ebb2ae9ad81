"""Talks with citizens; only those who see every order see them, a citizen's own through its secret."""

import django.contrib.postgres.fields
import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.conf import settings
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0012_kept_elements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Talk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("chat", "CHAT"),
                            ("phone", "PHONE"),
                            ("wechat", "WECHAT"),
                            ("email", "EMAIL"),
                            ("sms", "SMS"),
                            ("partner", "PARTNER"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("bot", "BOT"), ("waiting", "WAITING"), ("person", "PERSON"), ("ended", "ENDED")],
                        default="bot",
                        max_length=8,
                    ),
                ),
                ("mode", models.CharField(help_text="who speaks first on this line", max_length=16)),
                (
                    "line",
                    models.CharField(
                        blank=True, help_text="the line of business or the old number it came by", max_length=32
                    ),
                ),
                (
                    "secret_digest",
                    models.CharField(blank=True, help_text="of what the citizen's browser keeps", max_length=64),
                ),
                (
                    "sender",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="account or address on the channel"
                    ),
                ),
                (
                    "sender_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="sender", purpose="sender"),
                ),
                ("phone", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                (
                    "memory",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="JSON of the bot's memory"
                    ),
                ),
                ("why", models.CharField(blank=True, help_text="why it went to a person", max_length=16)),
                (
                    "priority",
                    models.PositiveSmallIntegerField(default=5, help_text="0 first: danger, 3 special needs, 5 others"),
                ),
                (
                    "request_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="opened from its words",
                        size=None,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(help_text="of the last utterance of anybody")),
                ("handed_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Utterance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(help_text="its place in the talk, from 1")),
                (
                    "speaker",
                    models.CharField(
                        choices=[("citizen", "CITIZEN"), ("bot", "BOT"), ("agent", "AGENT")], max_length=8
                    ),
                ),
                ("text", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("code", models.CharField(blank=True, help_text="the phrase of the bot", max_length=32)),
                (
                    "sources",
                    models.JSONField(
                        blank=True, default=list, help_text="clauses an answer cites: document, version, label"
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=100, null=True)),
                ("staff", models.CharField(blank=True, help_text="who spoke for the house", max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "talk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="utterances", to="intake.talk"
                    ),
                ),
            ],
            options={
                "ordering": ["talk", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["priority", "handed_at"], name="talk_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(
                condition=models.Q(("state", "person")), fields=["agent", "last_at"], name="talk_of_agent"
            ),
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(
                condition=models.Q(("state", "ended"), _negated=True), fields=["last_at"], name="talk_open"
            ),
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(fields=["sender_index", "last_at"], name="talk_sender"),
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(fields=["phone_index", "last_at"], name="talk_phone"),
        ),
        migrations.AddConstraint(
            model_name="utterance",
            constraint=models.UniqueConstraint(fields=("talk", "number"), name="utterance_number"),
        ),
        migrations.AddConstraint(
            model_name="utterance",
            constraint=models.UniqueConstraint(fields=("talk", "key"), name="utterance_once_per_key"),
        ),
        migrations.RunSQL(protect("intake_talk", "false"), unprotect("intake_talk")),
        migrations.RunSQL(protect("intake_utterance", "false"), unprotect("intake_utterance")),
    ]
