"""A WeChat account leads to a line of business."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("exchange", "0005_channels")]
    operations: ClassVar = [
        migrations.AddField(
            "channelaccount",
            "line",
            models.CharField(blank=True, default="", help_text="line of business; empty: the main one", max_length=32),
        ),
    ]
