"""Two more kinds of rules: phrases of the publishing check, and hosts that may be watched."""

from typing import ClassVar

from django.db import migrations, models

KINDS = [
    ("calendar", "CALENDAR"), ("deadlines", "DEADLINES"), ("intake", "INTAKE"), ("reasons", "REASONS"),
    ("supervision", "SUPERVISION"), ("automation", "AUTOMATION"), ("rates", "RATES"), ("access", "ACCESS"),
    ("publishing", "PUBLISHING"), ("sources", "SOURCES"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0009_crosswalks")]
    operations: ClassVar = [
        migrations.AlterField("ruleset", "kind", models.CharField(max_length=16, choices=KINDS)),
    ]
