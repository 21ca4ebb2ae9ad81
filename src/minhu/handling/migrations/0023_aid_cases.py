"""Cases of possible social assistance: seen by who sees every order, and by the unit to which one was given."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect

GIVEN = (
    "(SELECT minhu_scope()) = 'units' AND shared_at IS NOT NULL AND state <> 'withdrawn'"
    " AND unit_id = ANY ((SELECT minhu_units())::bigint[])"
)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_assistants"),
        ("handling", "0022_live_elsewhere"),
    ]

    operations = [
        migrations.CreateModel(
            name="AidCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "SUGGESTED"),
                            ("dismissed", "DISMISSED"),
                            ("refused", "REFUSED"),
                            ("shared", "SHARED"),
                            ("received", "RECEIVED"),
                            ("answered", "ANSWERED"),
                            ("withdrawn", "WITHDRAWN"),
                        ],
                        default="suggested",
                        max_length=12,
                    ),
                ),
                (
                    "signs",
                    models.CharField(
                        help_text="kind:start:end of the words in the request, commas between", max_length=300
                    ),
                ),
                (
                    "maker",
                    models.CharField(
                        help_text="the rules that found them, or the account that marked it", max_length=64
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "basis",
                    models.CharField(blank=True, choices=[("consent", "CONSENT"), ("danger", "DANGER")], max_length=8),
                ),
                (
                    "asked_at",
                    models.DateTimeField(blank=True, help_text="when the citizen was asked for consent", null=True),
                ),
                ("asked_by", models.CharField(blank=True, max_length=64)),
                (
                    "why",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="of dismissing, or of sharing without consent"
                    ),
                ),
                (
                    "shared",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="JSON of the fields that were shared"
                    ),
                ),
                ("shared_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("received_by", models.CharField(blank=True, max_length=64)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("helped", "HELPED"),
                            ("applying", "APPLYING"),
                            ("already", "ALREADY"),
                            ("ineligible", "INELIGIBLE"),
                            ("unreached", "UNREACHED"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "answer",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="what the unit says beside it"
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="aid", to="handling.order"
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
                "indexes": [
                    models.Index(fields=["unit", "-shared_at"], name="aid_of_unit"),
                    models.Index(condition=models.Q(("state", "suggested")), fields=["made_at"], name="aid_suggested"),
                ],
            },
        ),
        migrations.RunSQL(protect("handling_aidcase", GIVEN), unprotect("handling_aidcase")),
    ]
