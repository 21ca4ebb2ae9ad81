"""What answering looks papers up in, and what was asked; both are seen by keys as documents are."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.db import migrations, models

from minhu.directory.row_security import keyed, protect_by_keys, unprotect_by_keys

ROOTS = ("knowledge_circle", "knowledge_asking")
IN_A_CIRCLE = ("knowledge_indexedversion", "knowledge_posting", "knowledge_termcount")
# Read once for a statement: the circles that the transaction's keys open (their own policy says so too).
CIRCLES = f"circle_id = ANY ((SELECT array_agg(c.id) FROM knowledge_circle c WHERE {keyed('c.keys')})::bigint[])"
PROTECT = "".join(protect_by_keys(table, keyed()) for table in ROOTS) + "".join(
    protect_by_keys(table, CIRCLES) for table in IN_A_CIRCLE
)
UNPROTECT = "".join(unprotect_by_keys(table) for table in (*IN_A_CIRCLE, *ROOTS))


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0002_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Circle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, unique=True
                    ),
                ),
                ("papers", models.PositiveIntegerField(default=0)),
                ("characters", models.PositiveBigIntegerField(default=0)),
                ("passages", models.PositiveIntegerField(default=0)),
                ("passage_characters", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="circle_keys")],
            },
        ),
        migrations.CreateModel(
            name="IndexedVersion",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indexed",
                        serialize=False,
                        to="knowledge.version",
                    ),
                ),
                ("characters", models.PositiveIntegerField()),
                ("passages", models.PositiveIntegerField()),
                ("passage_characters", models.PositiveIntegerField()),
                ("length", models.PositiveIntegerField(help_text="terms with repetitions")),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="knowledge.circle"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Asking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.UUIDField(
                        default=uuid.uuid4, help_text="by which whoever asked rates the answer", unique=True
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("desk", "DESK"),
                            ("page", "PAGE"),
                            ("window", "WINDOW"),
                            ("api", "API"),
                            ("tool", "TOOL"),
                        ],
                        max_length=8,
                    ),
                ),
                ("staff", models.CharField(blank=True, max_length=64)),
                ("question", models.CharField(help_text="personal values masked", max_length=500)),
                ("follows", models.CharField(blank=True, help_text="what was asked before it, masked", max_length=500)),
                ("engine", models.CharField(max_length=40)),
                (
                    "outcome",
                    models.CharField(choices=[("answered", "ANSWERED"), ("not_found", "NOT_FOUND")], max_length=12),
                ),
                ("reason", models.CharField(blank=True, help_text="why nothing was answered", max_length=20)),
                ("confidence", models.FloatField(default=0.0)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("passage", models.PositiveIntegerField(default=0)),
                ("start", models.PositiveIntegerField(default=0)),
                ("end", models.PositiveIntegerField(default=0)),
                ("category_code", models.CharField(blank=True, help_text="of the document cited", max_length=32)),
                ("helpful", models.BooleanField(null=True)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("complaint", models.CharField(blank=True, help_text="what was wrong, masked", max_length=300)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        help_text="the one cited",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="asking_keys"),
                    models.Index(fields=["at"], name="asking_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(max_length=40)),
                ("count", models.PositiveIntegerField()),
                ("length", models.PositiveIntegerField()),
                (
                    "circle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="knowledge.circle",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["term", "circle"], include=("version", "count", "length"), name="posting_term")
                ],
            },
        ),
        migrations.CreateModel(
            name="TermCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(max_length=40)),
                ("papers", models.PositiveIntegerField()),
                (
                    "circle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="knowledge.circle",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("term", "circle"), name="one_count_of_a_term")],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
