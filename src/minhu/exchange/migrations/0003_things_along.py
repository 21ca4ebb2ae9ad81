"""Files, later words and withdrawals that go along with a transfer; seen by whoever sees the order."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_row_security"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transfer",
            name="state",
            field=models.CharField(
                choices=[
                    ("offered", "OFFERED"),
                    ("taken", "TAKEN"),
                    ("refused", "REFUSED"),
                    ("done", "DONE"),
                    ("taken_back", "TAKEN_BACK"),
                    ("withdrawn", "WITHDRAWN"),
                ],
                default="offered",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="TransferItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("file", "FILE"), ("supplement", "SUPPLEMENT"), ("withdrawal", "WITHDRAWAL")],
                        max_length=12,
                    ),
                ),
                ("outgoing", models.BooleanField(default=True)),
                ("uid", models.UUIDField(default=uuid.uuid4, help_text="how both sides call it")),
                ("name", models.CharField(blank=True, help_text="of a file", max_length=160)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes")),
                ("digest", models.CharField(blank=True, help_text="SHA-256 of the content", max_length=64)),
                ("supplement_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "announced_by",
                    models.CharField(blank=True, help_text="the message that names the file", max_length=64),
                ),
                (
                    "message_id",
                    models.CharField(
                        blank=True, help_text="the message that brings it; empty: not yet sent", max_length=64
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("delivered", "DELIVERED"),
                            ("refused", "REFUSED"),
                            ("kept", "KEPT"),
                            ("failed", "FAILED"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="exchange.transfer"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("message_id", ""), _negated=True),
                        fields=["message_id"],
                        name="transfer_item_message",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["transfer"], name="transfer_item_waiting"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("transfer", "outgoing", "uid"), name="transfer_item_once")
                ],
            },
        ),
        migrations.RunSQL(
            protect("exchange_transferitem", through("exchange_transfer", "transfer_id")),
            unprotect("exchange_transferitem"),
        ),
    ]
