"""What levels share: a kind of rules, and a role of the database that reads a few columns and writes nothing."""

from typing import ClassVar

from django.db import migrations, models

from minhu.directory.row_security import DROP_REACH, REACH

KINDS = [
    ("calendar", "CALENDAR"), ("deadlines", "DEADLINES"), ("intake", "INTAKE"), ("reasons", "REASONS"),
    ("supervision", "SUPERVISION"), ("automation", "AUTOMATION"), ("rates", "RATES"), ("access", "ACCESS"),
]  # fmt: skip
# what the process's memory of the directory may have to read anew while a shared list is made
TABLES = "directory_area, directory_category, directory_taxonomy, directory_unit, directory_revision, directory_ruleset"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0005_sealing_anew")]
    operations: ClassVar = [
        migrations.AlterField("ruleset", "kind", models.CharField(max_length=16, choices=KINDS)),
        migrations.RunSQL(REACH, DROP_REACH),
        migrations.RunSQL(f"GRANT SELECT ON {TABLES} TO minhu_area", f"REVOKE SELECT ON {TABLES} FROM minhu_area"),
    ]
