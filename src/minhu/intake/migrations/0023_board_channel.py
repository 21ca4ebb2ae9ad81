"""Requests may come from a message board."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0022_bulletins"),
    ]

    operations = [
        migrations.AlterField(
            model_name="request",
            name="channel",
            field=models.CharField(
                choices=[
                    ("web", "WEB"),
                    ("api", "API"),
                    ("phone", "PHONE"),
                    ("import", "IMPORT"),
                    ("wechat", "WECHAT"),
                    ("email", "EMAIL"),
                    ("counter", "COUNTER"),
                    ("grid", "GRID"),
                    ("board", "BOARD"),
                ],
                max_length=12,
            ),
        ),
    ]
