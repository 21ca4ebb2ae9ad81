"""Warnings raised by contract and marks of replies, seen with their order."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

KINDS = [("deadline", "超过时限"), ("circular", "循环转办"), ("no_contact", "未联系即办结"), ("copied", "答复雷同")]


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial"), ("handling", "0005_fewer_indexes")]

    operations = [
        migrations.CreateModel(
            name="ContractWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("warned", models.CharField(choices=KINDS, max_length=12)),
                ("cause", models.CharField(help_text="what it is about, once for an order", max_length=64)),
                ("position", models.BigIntegerField(help_text="of the entry of the ledger that made it")),
                ("at", models.DateTimeField(help_text="when that happened")),
                ("raised_at", models.DateTimeField()),
                ("detail", models.CharField(max_length=300)),
                ("similarity", models.FloatField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_by", models.CharField(blank=True, max_length=64)),
                ("settled_note", models.CharField(blank=True, max_length=300)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contract_warnings",
                        to="handling.order",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        help_text="copied from",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="handling.order",
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
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["warned", "-id"],
                        name="contract_warning_open",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("order", "cause"), name="warned_once_per_cause")],
            },
        ),
        migrations.CreateModel(
            name="ReplyMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.BigIntegerField(help_text="of the order's history, in which the reply was given")),
                ("at", models.DateTimeField()),
                ("bands", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reply_marks", to="handling.order"
                    ),
                ),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["bands"], name="reply_mark_bands")],
                "constraints": [models.UniqueConstraint(fields=("order", "step"), name="marked_once_per_step")],
            },
        ),
        migrations.RunSQL(
            protect("handling_contractwarning", through("handling_order", "order_id"))
            + protect("handling_replymark", through("handling_order", "order_id")),
            unprotect("handling_replymark") + unprotect("handling_contractwarning"),
        ),
    ]
