"""Indexes that another one covers go: each costs every new order a write and finds nothing faster."""

import django.db.models.deletion
from django.db import migrations, models


# Django makes it for LIKE on codes of areas, which nobody asks; equality has the other index
LIKE = "DROP INDEX IF EXISTS handling_order_area_id_355bd8d9_like"
NO_LIKE = "CREATE INDEX handling_order_area_id_355bd8d9_like ON handling_order (area_id varchar_pattern_ops)"


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0004_people_prove_themselves"),
        ("handling", "0004_desks"),
    ]

    operations = [
        migrations.RunSQL(LIKE, NO_LIKE),
        migrations.AlterField(
            model_name="clock",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="handling.order"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="directory.category",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="lead_unit",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_orders",
                to="directory.unit",
            ),
        ),
        migrations.AlterField(
            model_name="orderstep",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="handling.order"
            ),
        ),
    ]
