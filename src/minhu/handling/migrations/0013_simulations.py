"""Plays of a draft on past orders."""

from typing import ClassVar

from django.db import migrations, models

STATES = [
    ("queued", "排队中"), ("running", "正在推演"), ("stopping", "正在停止"), ("done", "已完成"), ("stopped", "已停止"),
    ("failed", "未能完成"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0012_precedents")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="catalogue | duties", max_length=12)),
                ("version_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField(help_text="of the version")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("state", models.CharField(choices=STATES, default="queued", max_length=10)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=64)),
                ("heard_at", models.DateTimeField(help_text="last sign of life")),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["kind", "version_id", "-id"], name="simulation_of_version")],
            },
        )
    ]
