"""Talks are a door of questions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0014_vectors"),
    ]

    operations = [
        migrations.AlterField(
            model_name="asking",
            name="door",
            field=models.CharField(
                choices=[
                    ("desk", "DESK"),
                    ("search", "SEARCH"),
                    ("page", "PAGE"),
                    ("window", "WINDOW"),
                    ("api", "API"),
                    ("tool", "TOOL"),
                    ("talk", "TALK"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="toolcall",
            name="door",
            field=models.CharField(
                choices=[
                    ("desk", "DESK"),
                    ("search", "SEARCH"),
                    ("page", "PAGE"),
                    ("window", "WINDOW"),
                    ("api", "API"),
                    ("tool", "TOOL"),
                    ("talk", "TALK"),
                ],
                max_length=8,
            ),
        ),
    ]
