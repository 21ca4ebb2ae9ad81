"""Scenario trees; an end is seen by whoever may see the tree and the document that it stands on."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import keyed, protect_by_keys, through, unprotect_by_keys

_NODE = f"{through('knowledge_treeversion', 'version_id')} AND (cited_id IS NULL OR {through('knowledge_version', 'cited_id')})"
TABLES = {
    "knowledge_tree": keyed(),
    "knowledge_treeversion": keyed(),
    "knowledge_treenode": _NODE,
    "knowledge_treestep": through("knowledge_treenode", "node_id"),
}
PROTECT = "".join(protect_by_keys(table, predicate) for table, predicate in TABLES.items())
UNPROTECT = "".join(unprotect_by_keys(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0009_crosswalks"),
        ("knowledge", "0011_graph"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("expiring", "EXPIRING"),
                    ("expired", "EXPIRED"),
                    ("repealed", "REPEALED"),
                    ("changed", "CHANGED"),
                    ("gone", "GONE"),
                    ("failed", "FAILED"),
                    ("differs", "DIFFERS"),
                    ("words", "WORDS"),
                    ("held", "HELD"),
                    ("tree", "TREE"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Tree",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, unique=True)),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="a question that holds all words of one is meant",
                        size=None,
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "owner_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["title"],
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="tree",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="knowledge.tree",
            ),
        ),
        migrations.CreateModel(
            name="TreeNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("question", "QUESTION"),
                            ("clause", "CLAUSE"),
                            ("document", "DOCUMENT"),
                            ("form", "FORM"),
                            ("person", "PERSON"),
                        ],
                        max_length=8,
                    ),
                ),
                ("label", models.CharField(blank=True, help_text="the choice that leads here", max_length=60)),
                (
                    "says",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="other words for the choice",
                        size=None,
                    ),
                ),
                ("text", models.CharField(blank=True, help_text="what is asked, or said at an end", max_length=600)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("passage", models.PositiveIntegerField(default=0, help_text="0: the whole document")),
                ("stale", models.CharField(blank=True, help_text="why the citation holds no more", max_length=60)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cited",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.version"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.treenode",
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "position", "id"],
            },
        ),
        migrations.CreateModel(
            name="TreeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("added", "ADDED"),
                            ("changed", "CHANGED"),
                            ("moved", "MOVED"),
                            ("removed", "REMOVED"),
                        ],
                        max_length=8,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="knowledge.treenode"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TreeVersion",
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
                            ("superseded", "SUPERSEDED"),
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
                ("created_by", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "edited_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="everybody who wrote in it",
                        size=None,
                    ),
                ),
                ("reviewed_by", models.CharField(blank=True, max_length=64)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("review_note", models.CharField(blank=True, max_length=300)),
                (
                    "tree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="knowledge.tree"
                    ),
                ),
            ],
            options={
                "ordering": ["tree_id", "-number"],
            },
        ),
        migrations.AddField(
            model_name="treenode",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="nodes", to="knowledge.treeversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="treeversion",
            constraint=models.UniqueConstraint(fields=("tree", "number"), name="tree_version_number"),
        ),
        migrations.AddConstraint(
            model_name="treeversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")), fields=("tree",), name="one_published_tree_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="treeversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "review"])),
                fields=("tree",),
                name="one_tree_version_at_work",
            ),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
