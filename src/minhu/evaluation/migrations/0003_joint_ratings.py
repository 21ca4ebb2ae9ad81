"""Requesters of merged orders rate the joint result: which order it was, once for each of its rounds."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_row_security"), ("handling", "0003_search")]
    operations = [
        migrations.AddField(
            model_name="rating",
            name="joint_with",
            field=models.ForeignKey(
                blank=True,
                help_text="the order this one was merged into, whose result is rated; round and lead unit are its own",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joint_ratings",
                to="handling.order",
            ),
        ),
        migrations.RemoveConstraint(model_name="rating", name="rating_once_per_round"),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                fields=("order", "joint_with", "round", "channel"), name="rating_once_per_round", nulls_distinct=False
            ),
        ),
    ]
