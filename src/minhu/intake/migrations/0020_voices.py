"""Marks by which talks of one person are found again, and what agents said of it; nobody but wide roles reads."""

import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0019_care"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonBond",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("same", models.BooleanField()),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonds_from", to="intake.talk"
                    ),
                ),
                (
                    "talk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonds", to="intake.talk"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("talk", "other"), name="one_word_about_two_talks")],
            },
        ),
        migrations.CreateModel(
            name="VoiceMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                ("band", models.BigIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                (
                    "talk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="intake.talk"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("phone_index__isnull", False)), fields=["phone_index"], name="voice_phone"
                    ),
                    models.Index(condition=models.Q(("band__isnull", False)), fields=["band"], name="voice_band"),
                ],
            },
        ),
        migrations.RunSQL(protect("intake_voicemark", "false"), unprotect("intake_voicemark")),
        migrations.RunSQL(protect("intake_personbond", "false"), unprotect("intake_personbond")),
    ]
