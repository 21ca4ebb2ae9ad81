"""Evaluation sets, their runs and results; a question is seen by whoever sees its document, a result also the cited one."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from minhu.directory.row_security import keyed, protect_by_keys, through, unprotect_by_keys

BY_KEYS = ("knowledge_evalset", "knowledge_evalrun")
QUESTION = "knowledge_evalquestion"
RESULT = "knowledge_evalresult"
# Below a set and a document: who sees both sees the question. A question without a document is seen with its set.
ASKED = f"{through('knowledge_evalset', 'set_id')} AND (document_id IS NULL OR {through('knowledge_document', 'document_id')})"
CAME = f"{through(QUESTION, 'question_id')} AND (cited_id IS NULL OR {through('knowledge_document', 'cited_id')})"
PROTECT = (
    "".join(protect_by_keys(table, keyed()) for table in BY_KEYS)
    + protect_by_keys(QUESTION, ASKED)
    + protect_by_keys(RESULT, CAME)
)
UNPROTECT = "".join(unprotect_by_keys(table) for table in (RESULT, QUESTION, *BY_KEYS))


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0009_sources"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvalSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("reader", models.CharField(help_text="public, staff or unit:<id>", max_length=40)),
                ("gating", models.BooleanField(default=True, help_text="asked before a version is published")),
                ("made_by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="EvalQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=500)),
                ("clause", models.CharField(blank=True, help_text="label of the passage that answers", max_length=120)),
                ("answer", models.TextField(blank=True)),
                ("kind", models.CharField(blank=True, max_length=40)),
                (
                    "origin",
                    models.CharField(
                        choices=[("hand", "HAND"), ("pair", "PAIR"), ("sample", "SAMPLE"), ("file", "FILE")],
                        max_length=8,
                    ),
                ),
                ("added_by", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
                (
                    "set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="knowledge.evalset"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EvalRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.CharField(blank=True, max_length=40)),
                ("engine", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("running", "RUNNING"),
                            ("done", "DONE"),
                            ("failed", "FAILED"),
                        ],
                        max_length=8,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("digest", models.CharField(blank=True, help_text="of the questions that were asked", max_length=64)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("started_by", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.version"
                    ),
                ),
                (
                    "set",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="knowledge.evalset",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="EvalResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(choices=[("answered", "ANSWERED"), ("not_found", "NOT_FOUND")], max_length=12),
                ),
                ("answer", models.TextField(blank=True)),
                ("label", models.CharField(blank=True, max_length=120)),
                ("right", models.BooleanField()),
                ("before", models.BooleanField(null=True)),
                ("citation", models.BooleanField(null=True)),
                (
                    "place",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="of the right document among those found; 0: not there"
                    ),
                ),
                ("f1", models.FloatField(default=0.0)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                (
                    "cited",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledge.document",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="results", to="knowledge.evalquestion"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="results", to="knowledge.evalrun"
                    ),
                ),
            ],
            options={
                "ordering": ["question_id"],
                "constraints": [models.UniqueConstraint(fields=("run", "question"), name="evalresult_once")],
            },
        ),
        migrations.AddIndex(
            model_name="evalrun",
            index=models.Index(fields=["candidate", "-id"], name="evalrun_candidate"),
        ),
        migrations.AddConstraint(
            model_name="evalquestion",
            constraint=models.UniqueConstraint(fields=("set", "question"), name="evalquestion_once"),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
