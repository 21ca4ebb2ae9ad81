"""A further kind of warning: a unit that may feed itself (疑似自派自办)."""

from django.db import migrations, models

KINDS = [
    ("deadline", "超过时限"),
    ("circular", "循环转办"),
    ("no_contact", "未联系即办结"),
    ("copied", "答复雷同"),
    ("self_fed", "疑似自派自办"),
]


class Migration(migrations.Migration):
    dependencies = [("handling", "0016_joint_decisions")]

    operations = [
        migrations.AlterField("contractwarning", "warned", models.CharField(max_length=12, choices=KINDS)),
    ]
