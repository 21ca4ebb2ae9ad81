"""The keys before the present ones, valid beside them for a while."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0003_things_along"),
    ]

    operations = [
        migrations.CreateModel(
            name="OldKeys",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("secret_out", minhu.engines.secrets.EncryptedTextField()),
                ("secret_in", minhu.engines.secrets.EncryptedTextField()),
                ("until", models.DateTimeField()),
                (
                    "partner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="old_keys", to="exchange.partner"
                    ),
                ),
            ],
        ),
    ]
