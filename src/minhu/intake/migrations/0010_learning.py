"""What people teach. Cases and labels are as protected as the request; a new model gives every process a new stamp."""

import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

CHILDREN = ("intake_labelcase", "intake_label")
PROTECT = "".join(protect(table, through("intake_request", "request_id")) for table in CHILDREN)
UNPROTECT = "".join(unprotect(table) for table in CHILDREN)
STAMP = (
    "CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON intake_learnedmodel"
    " FOR EACH STATEMENT EXECUTE FUNCTION minhu_stamp('models');"
)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0009_chat"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taxonomy_version", models.PositiveIntegerField()),
                ("rows", models.JSONField(help_text="[request id, code, digest of the words as received]")),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="LabelCase",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="label_case",
                        serialize=False,
                        to="intake.request",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("uncertain", "UNCERTAIN"),
                            ("disputed", "DISPUTED"),
                            ("returned", "RETURNED"),
                            ("new_type", "NEW_TYPE"),
                        ],
                        max_length=12,
                    ),
                ),
                ("priority", models.FloatField()),
                ("proposed", models.JSONField(default=list, help_text="codes with chances, the likeliest first")),
                ("queued_at", models.DateTimeField()),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, help_text="two agree, three have spoken, or nobody can say", null=True
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)), fields=["-priority"], name="label_case_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=64)),
                ("made_by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="intake.request",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["made_by", "-made_at"], name="label_of")],
                "constraints": [models.UniqueConstraint(fields=("request", "made_by"), name="label_once")],
            },
        ),
        migrations.CreateModel(
            name="LearnedModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=40, unique=True)),
                ("taxonomy_version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("training", "TRAINING"),
                            ("failed", "FAILED"),
                            ("candidate", "CANDIDATE"),
                            ("serving", "SERVING"),
                            ("retired", "RETIRED"),
                            ("refused", "REFUSED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("card", models.JSONField(default=dict, help_text="labels, rows by source, figures; no words")),
                (
                    "comparison",
                    models.JSONField(default=dict, help_text="figures of old and new on the frozen set, by label"),
                ),
                ("content", models.BinaryField(blank=True, help_text="model.npz: numbers only", null=True)),
                ("digest", models.CharField(blank=True, help_text="SHA-256 of the content", max_length=64)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "frozen",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="intake.frozenset"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "serving")), fields=("state",), name="one_serving_model"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "training")), fields=("state",), name="one_training_model"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "serving"), _negated=True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="promoted_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Drift",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("figures", models.JSONField()),
                ("alarms", models.JSONField(default=list, help_text="names of figures beyond their limit")),
            ],
            options={"ordering": ["-day"]},
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(STAMP, "DROP TRIGGER IF EXISTS stamp ON intake_learnedmodel;"),
    ]
