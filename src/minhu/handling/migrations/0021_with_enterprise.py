"""One more state and clock: a registered enterprise answers first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_assistants"),
        ("handling", "0020_assistant_advice"),
        ("intake", "0022_bulletins"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="order_state_known",
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(
                choices=[
                    ("accept", "ACCEPT"),
                    ("supplement", "SUPPLEMENT"),
                    ("dispatch", "DISPATCH"),
                    ("sign", "SIGN"),
                    ("contact", "CONTACT"),
                    ("handle", "HANDLE"),
                    ("review", "REVIEW"),
                    ("suspension", "SUSPENSION"),
                    ("call_back", "CALL_BACK"),
                    ("archive", "ARCHIVE"),
                    ("supervision", "SUPERVISION"),
                    ("whistle", "WHISTLE"),
                    ("receipt", "RECEIPT"),
                    ("exclusion", "EXCLUSION"),
                    ("enterprise", "ENTERPRISE"),
                ],
                max_length=12,
            ),
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
                    ("with_enterprise", "企业先行"),
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
                            "with_enterprise",
                        ],
                    )
                ),
                name="order_state_known",
            ),
        ),
    ]
