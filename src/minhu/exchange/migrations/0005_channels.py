"""WeChat official accounts, and how far each follower was told what the house said; nobody reads the followers."""

import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_old_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="the end of our address for it", unique=True
                    ),
                ),
                ("label", models.CharField(max_length=64, unique=True)),
                ("appid", models.CharField(max_length=32, unique=True)),
                ("token", minhu.engines.secrets.EncryptedTextField(help_text="signs what the platform sends")),
                (
                    "aes_key",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="EncodingAESKey; empty: plain mode"
                    ),
                ),
                (
                    "secret",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="AppSecret; empty: answers only"
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("last_out_at", models.DateTimeField(blank=True, null=True)),
                (
                    "problem",
                    models.CharField(
                        blank=True, help_text="why the last customer message did not go out", max_length=200
                    ),
                ),
            ],
            options={"ordering": ["label"]},
        ),
        migrations.CreateModel(
            name="ChannelLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sender", minhu.engines.secrets.EncryptedTextField()),
                ("sender_index", minhu.engines.lookup.LookupIndexField(of="sender", purpose="sender")),
                ("talk_uid", models.UUIDField(blank=True, null=True, unique=True)),
                ("told", models.PositiveIntegerField(default=0)),
                ("part", models.PositiveIntegerField(default=0)),
                ("sent", models.PositiveIntegerField(default=0)),
                ("sent_part", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField(help_text="of the follower's last message")),
                (
                    "due_at",
                    models.DateTimeField(blank=True, help_text="before which nothing goes out by itself", null=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="exchange.channelaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["account", "-last_at"], name="line_last")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "sender_index"), name="one_line_for_a_follower")
                ],
            },
        ),
        migrations.RunSQL(protect("exchange_channelline", "false"), unprotect("exchange_channelline")),
    ]
