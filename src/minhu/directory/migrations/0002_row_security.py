"""The function by which every protected table judges its rows."""

from django.db import migrations

from minhu.directory.row_security import DROP_FUNCTION, FUNCTION


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, DROP_FUNCTION)]
