"""Standard phrases of the desk with their versions, and how often they are used."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0027_survey_calls_cascade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Phrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.UUIDField(default=uuid.uuid4, editable=False, help_text="the same through all versions"),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "scene",
                    models.CharField(
                        choices=[
                            ("opening", "OPENING"),
                            ("calming", "CALMING"),
                            ("asking", "ASKING"),
                            ("checking", "CHECKING"),
                            ("explaining", "EXPLAINING"),
                            ("refusing", "REFUSING"),
                            ("handing", "HANDING"),
                            ("closing", "CLOSING"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=30)),
                ("text", models.CharField(max_length=300)),
                ("written_at", models.DateTimeField()),
                ("written_by", models.CharField(help_text="user name", max_length=64)),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="when a further version came or it was retired", null=True
                    ),
                ),
                ("ended_by", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="phrase_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("code",), name="phrase_once_in_use"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhraseUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "phrase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="intake.phrase"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at", "phrase"], name="phrase_uses")],
            },
        ),
    ]
