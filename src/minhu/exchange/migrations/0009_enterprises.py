"""Enterprises that agreed to answer consumers first; companies, no citizens."""

import django.contrib.postgres.fields
import minhu.engines.secrets
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0008_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enterprise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("credit_code", models.CharField(max_length=18, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="brands, shops, apps",
                        size=None,
                    ),
                ),
                (
                    "category_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), blank=True, default=list, size=None
                    ),
                ),
                (
                    "area_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                (
                    "contact",
                    minhu.engines.secrets.EncryptedTextField(blank=True, default="", help_text="who answers there"),
                ),
                ("phone", models.CharField(help_text="its line for disputes", max_length=32)),
                ("answer_days", models.PositiveSmallIntegerField(default=3, help_text="working days that were agreed")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("suspended", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
    ]
