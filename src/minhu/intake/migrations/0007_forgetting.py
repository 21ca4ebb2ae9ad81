"""A request may be forgotten: its guard lets through, beside sealing anew, what an erasure of the same transaction does.

The row of `intake_erasure` must have been written in this very transaction, and only what can name a person changes:
number, moments, channel, digest and everything else stay as they came.
"""

import uuid
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

_BEFORE = import_module("minhu.intake.migrations.0006_sealed_anew").KEEP
_END = "  RAISE EXCEPTION 'a request is kept as it was received'"
_FORGET = """  IF EXISTS (SELECT 1 FROM intake_erasure e WHERE e.request_id = OLD.id AND e.transaction = txid_current()) THEN
    wanted := NEW;
    wanted.unit_ids := OLD.unit_ids;
    wanted.title := OLD.title;
    wanted.text := OLD.text;
    wanted.place_text := OLD.place_text;
    wanted.requester_name := OLD.requester_name;
    wanted.requester_phone := OLD.requester_phone;
    wanted.requester_phone2 := OLD.requester_phone2;
    wanted.requester_id_number := OLD.requester_id_number;
    wanted.requester_address := OLD.requester_address;
    wanted.phone_index := OLD.phone_index;
    wanted.latitude := OLD.latitude;
    wanted.longitude := OLD.longitude;
    wanted.call_id := OLD.call_id;
    wanted.code_digest := OLD.code_digest;
    wanted.source := OLD.source;
    IF wanted *= OLD THEN
      RETURN NEW;
    END IF;
  END IF;
"""
KEEP = _BEFORE.replace(_END, _FORGET + _END)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0006_sealed_anew"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasureCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("ground", models.CharField(choices=[("asked", "本人申请"), ("age", "保存期满")], max_length=8)),
                ("phone_index", models.BinaryField(blank=True, help_text="blind index", max_length=16, null=True)),
                ("reason", models.CharField(max_length=200)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(blank=True, max_length=64)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("requests", models.PositiveIntegerField(default=0)),
                (
                    "digest",
                    models.CharField(
                        blank=True, help_text="over uid, moment and numbers: the certificate's", max_length=64
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground", "age"),
                            models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="erasure_by_two_people",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("request_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("transaction", models.BigIntegerField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasures", to="intake.erasurecase"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(KEEP, _BEFORE),
    ]
