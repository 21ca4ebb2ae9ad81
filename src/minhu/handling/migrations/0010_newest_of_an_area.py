"""The newest matters of areas are a range of one index, which takes the place of the one by area alone."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0009_shared_by_area")]
    operations: ClassVar = [
        migrations.AddIndex("order", models.Index(fields=["area", "created_at", "id"], name="order_area_newest")),
        migrations.AlterField(
            "order",
            "area",
            models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="directory.area"
            ),
        ),
    ]
