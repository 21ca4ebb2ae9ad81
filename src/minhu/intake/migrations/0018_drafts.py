"""The order form of a talk while it fills itself; only who sees every order sees it."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.conf import settings
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0017_seats_cascade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("turn", models.PositiveSmallIntegerField(default=1, help_text="the how-manieth form of the talk")),
                (
                    "since",
                    models.PositiveIntegerField(default=0, help_text="utterances behind this number belong to it"),
                ),
                ("heard", models.PositiveIntegerField(default=0, help_text="the last utterance that was read")),
                (
                    "fields",
                    minhu.engines.secrets.EncryptedTextField(blank=True, default="", help_text="JSON: field → entry"),
                ),
                (
                    "looked",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="the telephone whose history was looked at"
                    ),
                ),
                ("first_word_at", models.DateTimeField(blank=True, null=True)),
                ("typing_seconds", models.PositiveIntegerField(default=0, help_text="in which keys were pressed")),
                ("registered_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.BigIntegerField(blank=True, null=True)),
                ("channel", models.CharField(blank=True, help_text="of the talk, for the figures", max_length=12)),
                (
                    "outcomes",
                    models.JSONField(
                        blank=True, default=dict, help_text="field → accepted, corrected, typed, left; no words"
                    ),
                ),
                (
                    "registered_by",
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="intake.talk"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("registered_at__isnull", False)),
                        fields=["registered_at"],
                        name="draft_registered",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("talk", "turn"), name="draft_once_per_turn")],
            },
        ),
        migrations.RunSQL(protect("intake_draft", "false"), unprotect("intake_draft")),
    ]
