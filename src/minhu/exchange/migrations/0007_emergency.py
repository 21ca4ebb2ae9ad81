"""Hand-overs to emergency services: seen with their order; what happened is never changed or removed."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

SERVICES = """
INSERT INTO exchange_emergencyservice (code, label, phone, receipt_seconds, position, active) VALUES
  ('119', '119 消防救援', '119', 60, 1, true), ('120', '120 急救中心', '120', 60, 2, true),
  ('110', '110 公安', '110', 60, 3, true), ('122', '122 交警', '122', 60, 4, true),
  ('other', '其他应急单位', '', 60, 5, true);
"""
KEEP = """
CREATE FUNCTION minhu_keep_handover_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted exchange_handoverentry;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'the record of a hand-over is never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  wanted := NEW;
  wanted.text := OLD.text;  -- a person is forgotten, or the words are sealed anew
  IF wanted *= OLD THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the record of a hand-over is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep_handover_entry BEFORE UPDATE OR DELETE ON exchange_handoverentry
  FOR EACH ROW EXECUTE FUNCTION minhu_keep_handover_entry();
"""
FREE = "DROP TRIGGER keep_handover_entry ON exchange_handoverentry; DROP FUNCTION minhu_keep_handover_entry();"
BELOW = ("exchange_handoveroffer", "exchange_handoverparty", "exchange_handoverentry")
PROTECT = protect("exchange_handover", through("handling_order", "order_id")) + "".join(
    protect(table, through("exchange_handover", "handover_id")) for table in BELOW
)
UNPROTECT = "".join(unprotect(table) for table in (*BELOW, "exchange_handover"))


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0006_line_of_accounts"),
        ("handling", "0019_orders_of_joint_cases"),
    ]

    operations = [
        migrations.AlterField(
            model_name="partner",
            name="kind",
            field=models.CharField(
                choices=[
                    ("platform", "PLATFORM"),
                    ("unit", "UNIT"),
                    ("hotline", "HOTLINE"),
                    ("emergency", "EMERGENCY"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="EmergencyService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(help_text="110, 119, 120, 122, other", max_length=8, unique=True)),
                ("label", models.CharField(max_length=64)),
                ("phone", models.CharField(blank=True, help_text="its duty line for other platforms", max_length=32)),
                (
                    "receipt_seconds",
                    models.PositiveIntegerField(
                        default=60, help_text="without a receipt for so long an alarm is raised"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="its place among those tried next")),
                ("active", models.BooleanField(default=True)),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exchange.partner",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("talk_uid", models.UUIDField(blank=True, help_text="the talk it began in", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("accepted", "ACCEPTED"),
                            ("undecided", "UNDECIDED"),
                            ("kept", "KEPT"),
                            ("closed", "CLOSED"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("sheet", minhu.engines.secrets.EncryptedTextField(help_text="JSON of what is handed over")),
                (
                    "proposed",
                    models.CharField(
                        blank=True, help_text="codes that the rule proposed, for comparison", max_length=64
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=64)),
                (
                    "due_at",
                    models.DateTimeField(blank=True, help_text="until when somebody must have acted", null=True),
                ),
                ("alarmed_at", models.DateTimeField(blank=True, null=True)),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="handovers", to="handling.order"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="HandoverEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("service", models.CharField(blank=True, max_length=8)),
                ("text", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("actor", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="exchange.handover"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="HandoverOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "way",
                    models.CharField(
                        choices=[("three_party", "THREE_PARTY"), ("message", "MESSAGE"), ("voice", "VOICE")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "OFFERED"),
                            ("received", "RECEIVED"),
                            ("accepted", "ACCEPTED"),
                            ("declined", "DECLINED"),
                            ("called_off", "CALLED_OFF"),
                            ("done", "DONE"),
                            ("returned", "RETURNED"),
                        ],
                        default="offered",
                        max_length=12,
                    ),
                ),
                ("message_id", models.CharField(blank=True, max_length=64)),
                (
                    "taken_by",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="who took it there, name or number"
                    ),
                ),
                ("their_number", models.CharField(blank=True, max_length=64)),
                ("reason", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("offered_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="a receipt is due")),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="exchange.handover"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.emergencyservice"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="HandoverParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("role", models.CharField(help_text="citizen | agent | service", max_length=12)),
                ("name", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("spoke", models.BooleanField(default=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="exchange.handover"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["due_at"], name="handover_due"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("order",), name="one_handover_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverentry",
            constraint=models.UniqueConstraint(fields=("handover", "key"), name="handover_entry_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="handoveroffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("handover", "service"),
                name="one_offer_to_a_service",
            ),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(KEEP, FREE),
        migrations.RunSQL(SERVICES, "DELETE FROM exchange_emergencyservice;"),
    ]
