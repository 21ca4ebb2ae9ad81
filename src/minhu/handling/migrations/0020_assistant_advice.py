"""What the assistants of review and call-back propose, seen by whoever may see the order."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("handling", "0019_orders_of_joint_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssistantAdvice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("accept", "受理"),
                            ("understand", "理解"),
                            ("check", "核对"),
                            ("dispatch", "派单"),
                            ("urge", "催办"),
                            ("review", "审核"),
                            ("call_back", "回访"),
                            ("report", "报告"),
                        ],
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveIntegerField(help_text="of the order when it was made")),
                ("proposal", models.CharField(help_text="approve, reject; close, call, reopen", max_length=12)),
                (
                    "reasons",
                    models.JSONField(default=list, help_text="code, reason in Chinese, start and end in the reply"),
                ),
                ("maker", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "PENDING"),
                            ("accepted", "ACCEPTED"),
                            ("changed", "CHANGED"),
                            ("automatic", "AUTOMATIC"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistant_advice",
                        to="handling.order",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["step", "-made_at"], name="advice_of_step")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "step", "version"), name="advised_once_per_version")
                ],
            },
        ),
        migrations.RunSQL(
            protect("handling_assistantadvice", through("handling_order", "order_id")),
            unprotect("handling_assistantadvice"),
        ),
    ]
