"""An open case of forgetting keeps the telephone it is about, sealed: the request it began with may go before it ends."""

from django.db import migrations

import minhu.engines.secrets


class Migration(migrations.Migration):
    dependencies = [("intake", "0010_learning")]
    operations = [
        migrations.AddField(
            model_name="erasurecase",
            name="phone",
            field=minhu.engines.secrets.EncryptedTextField(
                blank=True, help_text="of an open case", null=True, row="uid"
            ),
        ),
    ]
