"""One more kind of rules: the lines of business."""

from typing import ClassVar

from django.db import migrations, models

KINDS = [
    ("calendar", "CALENDAR"), ("deadlines", "DEADLINES"), ("intake", "INTAKE"), ("reasons", "REASONS"),
    ("supervision", "SUPERVISION"), ("automation", "AUTOMATION"), ("rates", "RATES"), ("access", "ACCESS"),
    ("publishing", "PUBLISHING"), ("sources", "SOURCES"), ("lines", "LINES"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0010_papers")]
    operations: ClassVar = [
        migrations.AlterField("ruleset", "kind", models.CharField(max_length=16, choices=KINDS)),
    ]
