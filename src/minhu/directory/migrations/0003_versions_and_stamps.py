"""What the tables keep by themselves: published versions, the separation of administrators, change stamps."""

from django.db import migrations

from minhu.directory.guards import GUARDS, UNGUARD


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_row_security")]
    operations = [migrations.RunSQL(GUARDS, UNGUARD)]
