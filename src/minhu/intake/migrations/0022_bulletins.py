"""Bulletins, the people whom they concern, and what these are told; the people are for wide roles only."""

import django.contrib.postgres.fields
import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0011_lines"),
        ("intake", "0021_voices_cascade"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "matter",
                    models.CharField(
                        choices=[
                            ("water", "WATER"),
                            ("power", "POWER"),
                            ("gas", "GAS"),
                            ("heat", "HEAT"),
                            ("network", "NETWORK"),
                            ("road", "ROAD"),
                            ("transit", "TRANSIT"),
                            ("weather", "WEATHER"),
                            ("other", "OTHER"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("spoken", models.CharField(help_text="said by the bot and sent as a message", max_length=160)),
                ("text", models.CharField(blank=True, help_text="the whole, for pages", max_length=1000)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        help_text="further words people say",
                        size=None,
                    ),
                ),
                (
                    "area_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                (
                    "places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="streets, estates; none: the areas whole",
                        size=None,
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(help_text="after it nobody is told any more")),
                ("restored_at", models.DateTimeField(blank=True, help_text="expected", null=True)),
                ("incident_id", models.BigIntegerField(blank=True, help_text="of handling", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "DRAFT"),
                            ("published", "PUBLISHED"),
                            ("replaced", "REPLACED"),
                            ("withdrawn", "WITHDRAWN"),
                            ("ended", "ENDED"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("written_by", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("published_by", models.CharField(blank=True, max_length=64)),
                (
                    "at_once",
                    models.CharField(blank=True, help_text="why one person alone published it", max_length=200),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_by", models.CharField(blank=True, max_length=64)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                ("over_by", models.CharField(blank=True, max_length=64)),
                ("over_why", models.CharField(blank=True, max_length=200)),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="intake.bulletin",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Affected",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "phone",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="only of those who want news"
                    ),
                ),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                ("wants_news", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "talk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="affected",
                        to="intake.talk",
                    ),
                ),
                (
                    "bulletin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affected", to="intake.bulletin"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="BulletinMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                ("urgent", models.BooleanField(default=False, help_text="also at night")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("sent_by", models.CharField(blank=True, help_text="who let it go", max_length=64)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("by_text", models.PositiveIntegerField(default=0, help_text="asked for as text messages")),
                ("by_talk", models.PositiveIntegerField(default=0, help_text="said in talks")),
                ("unreached", models.PositiveIntegerField(default=0, help_text="wanted news and could not be told")),
                (
                    "bulletin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="intake.bulletin"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(condition=models.Q(("state", "published")), fields=["ends_at"], name="bulletin_live"),
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(fields=["incident_id"], name="bulletin_incident"),
        ),
        migrations.AddConstraint(
            model_name="affected",
            constraint=models.UniqueConstraint(fields=("bulletin", "talk"), name="affected_once_per_talk"),
        ),
        migrations.AddConstraint(
            model_name="affected",
            constraint=models.UniqueConstraint(fields=("bulletin", "phone_index"), name="affected_once_per_phone"),
        ),
        migrations.AddConstraint(
            model_name="bulletinmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dropped_at", None), ("sent_at", None)),
                fields=("bulletin",),
                name="one_message_waits",
            ),
        ),
        migrations.RunSQL(protect("intake_affected", "false"), unprotect("intake_affected")),
    ]
