"""Times of three-party calls that were read off the calls themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0011_disputes"),
    ]

    operations = [
        migrations.AddField(
            model_name="handoverparty",
            name="measured",
            field=models.BooleanField(default=False, help_text="its times are those of the call's own events"),
        ),
    ]
