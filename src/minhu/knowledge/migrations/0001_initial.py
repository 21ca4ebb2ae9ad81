"""Documents, versions, passages, what was found in them, how they come in."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0008_knowledge_posts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(
                        help_text="of the version that counts: the live one, else the newest", max_length=128
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("guide", "GUIDE"),
                            ("law", "LAW"),
                            ("hot", "HOT"),
                            ("daily", "DAILY"),
                            ("notice", "NOTICE"),
                            ("business", "BUSINESS"),
                            ("approval", "APPROVAL"),
                        ],
                        default="guide",
                        max_length=12,
                    ),
                ),
                ("category_code", models.CharField(blank=True, max_length=32)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("address", models.CharField(blank=True, help_text="where the original stands", max_length=500)),
                (
                    "audience",
                    models.CharField(
                        choices=[("public", "PUBLIC"), ("staff", "STAFF"), ("named", "NAMED")], max_length=8
                    ),
                ),
                (
                    "audience_units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "audience_levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "audience_areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("cited", models.PositiveIntegerField(default=0)),
                ("reports", models.PositiveIntegerField(default=0, help_text="errors that readers reported")),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "owner_unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=64, unique=True)),
                (
                    "kind",
                    models.CharField(choices=[("folder", "FOLDER"), ("page", "PAGE"), ("feed", "FEED")], max_length=8),
                ),
                ("address", models.CharField(max_length=500)),
                ("defaults", models.JSONField(default=dict)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("minutes", models.PositiveIntegerField(default=60)),
                ("active", models.BooleanField(default=True)),
                ("next_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("created_by", models.CharField(max_length=64)),
                (
                    "owner_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="SourceItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(help_text="path in the folder, or address", max_length=500)),
                ("digest", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="knowledge.source"
                    ),
                ),
            ],
            options={
                "ordering": ["source_id", "place"],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("defaults", models.JSONField(default=dict, help_text="rights and entry of what it makes")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("started_by", models.CharField(max_length=64)),
                (
                    "owner_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="UploadItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField(default=0)),
                (
                    "file_digest",
                    models.CharField(blank=True, help_text="empty: refused at the door, nothing kept", max_length=64),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("reading", "READING"),
                            ("done", "DONE"),
                            ("same", "SAME"),
                            ("failed", "FAILED"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="knowledge.upload"
                    ),
                ),
            ],
            options={
                "ordering": ["upload_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "DRAFT"),
                            ("review", "REVIEW"),
                            ("published", "PUBLISHED"),
                            ("expiring", "EXPIRING"),
                            ("superseded", "SUPERSEDED"),
                            ("repealed", "REPEALED"),
                            ("withdrawn", "WITHDRAWN"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("origin", models.CharField(blank=True, help_text="of a watched source, in words", max_length=200)),
                ("file_digest", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("scanned", models.BooleanField(default=False)),
                ("text", models.TextField()),
                ("found", models.JSONField(default=dict, help_text="facts as read, with the words they stand in")),
                ("title", models.CharField(max_length=128)),
                ("document_number", models.CharField(blank=True, max_length=60)),
                ("issuer", models.CharField(blank=True, max_length=100)),
                ("issued", models.DateField(blank=True, null=True)),
                ("in_force", models.DateField(blank=True, null=True)),
                ("repealed", models.DateField(blank=True, help_text="the last day on which it is valid", null=True)),
                (
                    "repeals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "applies_areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                (
                    "applies_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                ("confirmed_by", models.CharField(blank=True, max_length=64)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("created_by", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("submitted_by", models.CharField(blank=True, max_length=64)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_by", models.CharField(blank=True, max_length=64)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("review_note", models.CharField(blank=True, max_length=500)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=500)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="knowledge.document"
                    ),
                ),
            ],
            options={
                "ordering": ["document_id", "-number"],
            },
        ),
        migrations.CreateModel(
            name="PassageRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("clause", "CLAUSE"),
                            ("paragraph", "PARAGRAPH"),
                            ("item", "ITEM"),
                            ("row", "ROW"),
                            ("note", "NOTE"),
                        ],
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=120)),
                (
                    "path",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("text", models.TextField()),
                ("context", models.TextField(blank=True)),
                ("page", models.PositiveIntegerField(default=0)),
                ("start", models.PositiveIntegerField(default=0)),
                ("end", models.PositiveIntegerField(default=0)),
                ("cells", models.JSONField(default=list)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("live", models.BooleanField(default=False)),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="passages", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expiring", "EXPIRING"),
                            ("expired", "EXPIRED"),
                            ("repealed", "REPEALED"),
                            ("changed", "CHANGED"),
                            ("gone", "GONE"),
                            ("failed", "FAILED"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_by", models.CharField(blank=True, max_length=64)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="knowledge.document",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.source",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("secret", "SECRET"), ("personal", "PERSONAL"), ("word", "WORD")], max_length=8
                    ),
                ),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("passage", models.PositiveIntegerField(default=0, help_text="number of the passage; 0: in none")),
                ("answer", models.CharField(blank=True, help_text="why it may be published", max_length=300)),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="knowledge.version"
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "start"],
            },
        ),
        migrations.AddIndex(
            model_name="document",
            index=django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="document_keys"),
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(condition=models.Q(("active", True)), fields=["next_at"], name="source_next"),
        ),
        migrations.AddConstraint(
            model_name="sourceitem",
            constraint=models.UniqueConstraint(fields=("source", "place"), name="source_place"),
        ),
        migrations.AddIndex(
            model_name="version",
            index=django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="version_keys"),
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(fields=["file_digest"], name="version_digest"),
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(
                condition=models.Q(("state__in", ["published", "expiring"])), fields=["repealed"], name="version_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("document", "number"), name="version_number"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["published", "expiring"])),
                fields=("document",),
                name="one_live_version",
            ),
        ),
        migrations.AddIndex(
            model_name="passagerow",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("live", True)), fields=["words"], name="passage_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="passagerow",
            constraint=models.UniqueConstraint(fields=("version", "number"), name="passage_number"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("done_at__isnull", True)), fields=["-id"], name="notice_open"),
        ),
    ]
