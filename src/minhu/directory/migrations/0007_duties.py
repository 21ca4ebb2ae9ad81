"""The duty graph (权责清单): versions and duties; a published list is never changed, and processes notice a new one."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import minhu.kernel.clock
from minhu.directory.guards import triggers

GUARD = triggers(
    ("directory_dutyversion",),
    {"directory_duty": ("directory_dutyversion", "version_id")},
    {"catalogue": ("directory_dutyversion", "directory_duty")},
)
STATES = [("draft", "DRAFT"), ("published", "PUBLISHED"), ("retired", "RETIRED")]
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0006_access_rules")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DutyVersion",
            fields=[
                ("id", KEY),
                ("number", models.PositiveIntegerField(unique=True)),
                ("state", models.CharField(choices=STATES, default="draft", max_length=12)),
                ("note", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("created_by", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["state"], condition=models.Q(state="published"), name="one_published_duty_list"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", KEY.clone()),
                ("owner", models.CharField(max_length=64)),
                ("category_code", models.CharField(help_text="a node: holds for everything below it", max_length=32)),
                ("area_code", models.CharField(blank=True, help_text="empty: everywhere", max_length=20)),
                ("duty", models.CharField(help_text="the matter in words", max_length=120)),
                ("basis", models.CharField(help_text="law and clause", max_length=255)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        help_text="empty: whatever is said",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="duties",
                        to="directory.dutyversion",
                    ),
                ),
            ],
            options={"ordering": ["category_code", "area_code", "id"]},
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
