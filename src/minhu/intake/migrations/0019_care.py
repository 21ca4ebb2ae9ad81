"""Special needs: those of a talk in its row; marks kept by consent are read by the program alone."""

import django.contrib.postgres.fields
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0018_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="talk",
            name="needs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24),
                blank=True,
                default=list,
                help_text="special needs, each 'code:source'",
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="CareMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                ("sender", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "sender_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="sender", purpose="sender"),
                ),
                ("needs", minhu.engines.secrets.EncryptedTextField(help_text="codes joined by commas")),
                ("purpose", models.CharField(help_text="what the citizen was told it is kept for", max_length=100)),
                ("how", models.CharField(help_text="how consent was given: page | said", max_length=12)),
                ("given_at", models.DateTimeField()),
                ("noted_by", models.CharField(blank=True, help_text="the agent who heard it", max_length=64)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["phone_index"], name="care_phone"),
                    models.Index(fields=["sender_index"], name="care_sender"),
                ],
            },
        ),
        migrations.RunSQL(protect("intake_caremark", "false"), unprotect("intake_caremark")),
    ]
