"""Closed orders are found as precedents by category, newest first; a lesson says whether a return or a person taught it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0011_forgetting")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="lesson",
            name="kind",
            field=models.CharField(
                choices=[("return", "退单"), ("correction", "改派")], default="return", max_length=12
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("lead_unit__isnull", False)),
                fields=["category", "-closed_at"],
                name="order_precedents",
            ),
        ),
    ]
