"""One more kind of rules: which assistants of the process are switched off."""

from typing import ClassVar

from django.db import migrations, models

KINDS = [
    ("calendar", "CALENDAR"), ("deadlines", "DEADLINES"), ("intake", "INTAKE"), ("reasons", "REASONS"),
    ("supervision", "SUPERVISION"), ("automation", "AUTOMATION"), ("rates", "RATES"), ("access", "ACCESS"),
    ("publishing", "PUBLISHING"), ("sources", "SOURCES"), ("lines", "LINES"), ("assistants", "ASSISTANTS"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0011_lines")]
    operations: ClassVar = [
        migrations.AlterField("ruleset", "kind", models.CharField(max_length=16, choices=KINDS)),
    ]
