"""Disputes that enterprises answer first: seen with their order; what happened is never changed or removed."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

KEEP = """
CREATE FUNCTION minhu_keep_dispute_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted exchange_disputeentry;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'the record of a dispute is never deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  wanted := NEW;
  wanted.text := OLD.text;  -- a person is forgotten, or the words are sealed anew
  IF wanted *= OLD THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the record of a dispute is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keep_dispute_entry BEFORE UPDATE OR DELETE ON exchange_disputeentry
  FOR EACH ROW EXECUTE FUNCTION minhu_keep_dispute_entry();
"""
FREE = "DROP TRIGGER keep_dispute_entry ON exchange_disputeentry; DROP FUNCTION minhu_keep_dispute_entry();"
PROTECT = protect("exchange_dispute", through("handling_order", "order_id")) + protect(
    "exchange_disputeentry", through("exchange_dispute", "dispute_id")
)
UNPROTECT = unprotect("exchange_disputeentry") + unprotect("exchange_dispute")


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0010_boards"),
        ("handling", "0021_with_enterprise"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("asked", "ASKED"),
                            ("waiting", "WAITING"),
                            ("more", "MORE"),
                            ("offered", "OFFERED"),
                            ("settled", "SETTLED"),
                            ("back", "BACK"),
                            ("declined", "DECLINED"),
                            ("ended", "ENDED"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=64)),
                ("consent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "consent_by",
                    models.CharField(blank=True, help_text="who recorded it: the citizen or an agent", max_length=64),
                ),
                ("consent_wording", models.CharField(blank=True, max_length=16)),
                ("contact_allowed", models.BooleanField(default=False, help_text="name and telephone too")),
                (
                    "words",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="what the enterprise reads"
                    ),
                ),
                ("name", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("phone", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("offer", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, help_text="of whom it waits for now", null=True)),
                ("asked_more", models.BooleanField(default=False)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "in_time",
                    models.BooleanField(blank=True, help_text="the enterprise answered before its deadline", null=True),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=16)),
                (
                    "satisfaction",
                    models.PositiveSmallIntegerField(blank=True, help_text="1 to 5, by the citizen", null=True),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="exchange.enterprise"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="disputes", to="handling.order"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DisputeEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("text", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("actor", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="exchange.dispute"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EnterpriseDoor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_digest", models.CharField(max_length=64, unique=True)),
                ("code_digest", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="doors", to="exchange.enterprise"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["due_at"], name="dispute_due"),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["enterprise", "-id"], name="dispute_enterprise"),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("order",), name="one_dispute_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputeentry",
            constraint=models.UniqueConstraint(fields=("dispute", "key"), name="dispute_entry_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="enterprisedoor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("enterprise",),
                name="one_door_for_an_enterprise",
            ),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(KEEP, FREE),
    ]
