"""The newest lessons of a category are a short range of an index, however many it has."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0014_incidents")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="lesson", name="lesson_where"),
        migrations.AddIndex(model_name="lesson", index=models.Index(fields=["category", "-id"], name="lesson_newest")),
    ]
