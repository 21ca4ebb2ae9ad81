"""Transfers are seen by whoever sees the order; a change of a partner is noticed by every process."""

from django.db import migrations

from minhu.directory.row_security import protect, through, unprotect

STAMP = (
    "CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON exchange_partner"
    " FOR EACH STATEMENT EXECUTE FUNCTION minhu_stamp('partners');"
)


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_initial"),
        ("handling", "0002_row_security"),
        ("directory", "0003_versions_and_stamps"),
    ]
    operations = [
        migrations.RunSQL(
            protect("exchange_transfer", through("handling_order", "order_id")), unprotect("exchange_transfer")
        ),
        migrations.RunSQL(STAMP, "DROP TRIGGER stamp ON exchange_partner;"),
    ]
