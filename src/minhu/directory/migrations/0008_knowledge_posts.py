"""Posts for those who keep knowledge."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0007_duties"),
    ]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("citizen", "CITIZEN"),
                    ("agent", "AGENT"),
                    ("dispatcher", "DISPATCHER"),
                    ("unit_handler", "UNIT_HANDLER"),
                    ("unit_head", "UNIT_HEAD"),
                    ("grid_worker", "GRID_WORKER"),
                    ("supervisor", "SUPERVISOR"),
                    ("inspector", "INSPECTOR"),
                    ("analyst", "ANALYST"),
                    ("leader", "LEADER"),
                    ("editor", "EDITOR"),
                    ("reviewer", "REVIEWER"),
                    ("system_admin", "SYSTEM_ADMIN"),
                    ("security_admin", "SECURITY_ADMIN"),
                    ("audit_admin", "AUDIT_ADMIN"),
                    ("partner", "PARTNER"),
                    ("system", "SYSTEM"),
                ],
                max_length=16,
            ),
        ),
    ]
