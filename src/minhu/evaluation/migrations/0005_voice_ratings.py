"""Ratings told to the machine that called."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0004_days"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rating",
            name="channel",
            field=models.CharField(
                choices=[
                    ("web", "WEB"),
                    ("callback", "CALLBACK"),
                    ("sms", "SMS"),
                    ("voice", "VOICE"),
                    ("import", "IMPORT"),
                ],
                max_length=12,
            ),
        ),
    ]
