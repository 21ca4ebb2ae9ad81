"""What staff say of answers, what was said, who went on to a person; questions of the queue alike, given to somebody, due."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0006_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="asking",
            name="answer",
            field=models.TextField(blank=True, help_text="what was said, in words of the paper cited"),
        ),
        migrations.AddField(
            model_name="asking",
            name="handed_at",
            field=models.DateTimeField(help_text="when whoever asked went on to a person", null=True),
        ),
        migrations.AddField(
            model_name="asking",
            name="queued",
            field=models.ForeignKey(
                help_text="the question it waits in",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="askings",
                to="knowledge.openquestion",
            ),
        ),
        migrations.AddField(
            model_name="asking",
            name="rated",
            field=models.CharField(
                blank=True,
                choices=[
                    ("helpful", "HELPFUL"),
                    ("unhelpful", "UNHELPFUL"),
                    ("wrong", "WRONG"),
                    ("outdated", "OUTDATED"),
                    ("incomplete", "INCOMPLETE"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="asking",
            name="rated_by",
            field=models.CharField(blank=True, help_text="staff only", max_length=64),
        ),
        migrations.AddField(
            model_name="openquestion",
            name="assigned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="openquestion",
            name="assigned_to",
            field=models.CharField(blank=True, help_text="account", max_length=64),
        ),
        migrations.AddField(
            model_name="openquestion",
            name="due",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="openquestion",
            name="terms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                default=list,
                help_text="by which askings alike are found",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="asking",
            name="door",
            field=models.CharField(
                choices=[
                    ("desk", "DESK"),
                    ("search", "SEARCH"),
                    ("page", "PAGE"),
                    ("window", "WINDOW"),
                    ("api", "API"),
                    ("tool", "TOOL"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="openquestion",
            name="trouble",
            field=models.CharField(
                choices=[
                    ("unanswered", "UNANSWERED"),
                    ("unhelpful", "UNHELPFUL"),
                    ("wrong", "WRONG"),
                    ("outdated", "OUTDATED"),
                    ("incomplete", "INCOMPLETE"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="openquestion",
            index=django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="question_terms"),
        ),
    ]
