"""One more state: handed to another hotline."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("handling", "0006_contracts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="order_state_known",
        ),
        migrations.AlterField(
            model_name="order",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "待受理"),
                    ("incomplete", "待补充"),
                    ("to_dispatch", "待派发"),
                    ("dispatched", "待签收"),
                    ("in_progress", "办理中"),
                    ("return_review", "退回审核"),
                    ("extension_review", "延期审核"),
                    ("suspended", "挂起"),
                    ("replied", "待审核"),
                    ("to_call_back", "待回访"),
                    ("closed", "办结"),
                    ("archived", "归档"),
                    ("answered", "直办办结"),
                    ("refused", "不予受理"),
                    ("emergency", "已转紧急"),
                    ("merged", "已合并"),
                    ("withdrawn", "已撤回"),
                    ("reopened", "重办"),
                    ("transferred", "已转办"),
                ],
                default="received",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "received",
                            "incomplete",
                            "to_dispatch",
                            "dispatched",
                            "in_progress",
                            "return_review",
                            "extension_review",
                            "suspended",
                            "replied",
                            "to_call_back",
                            "closed",
                            "archived",
                            "answered",
                            "refused",
                            "emergency",
                            "merged",
                            "withdrawn",
                            "reopened",
                            "transferred",
                        ],
                    )
                ),
                name="order_state_known",
            ),
        ),
    ]
