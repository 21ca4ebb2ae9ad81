"""Text messages: who carries them, what goes out, who wants none, and of whose course is told; nobody but wide roles reads."""

import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect

STAMP = (
    "CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON intake_textprovider"
    " FOR EACH STATEMENT EXECUTE FUNCTION minhu_stamp('partners');"
)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0014_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", minhu.engines.secrets.EncryptedTextField()),
                ("phone_index", minhu.engines.lookup.LookupIndexField(of="phone", purpose="phone", unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TextWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20)),
                ("template", models.CharField(max_length=24)),
                ("state", models.CharField(blank=True, max_length=20)),
                ("key", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="TextProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="the end of our address for it", unique=True
                    ),
                ),
                ("label", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(choices=[("simulator", "SIMULATOR"), ("http", "HTTP")], max_length=12)),
                (
                    "url",
                    models.CharField(blank=True, help_text="where messages go; empty: the simulator", max_length=500),
                ),
                ("sign", models.CharField(help_text="the signature before each message, without 【】", max_length=12)),
                ("secret_out", minhu.engines.secrets.EncryptedTextField(help_text="signs what we send")),
                ("secret_in", minhu.engines.secrets.EncryptedTextField(help_text="signs what it brings")),
                ("receipts", models.BooleanField(default=True, help_text="whoever hands in a request gets its number")),
                ("progress", models.BooleanField(default=False, help_text="and is told of dispatch and end")),
                ("active", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("last_out_at", models.DateTimeField(blank=True, null=True)),
                ("last_in_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["label"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)), fields=("active",), name="one_provider_carries_texts"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TextMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=100, unique=True)),
                ("template", models.CharField(max_length=24)),
                ("phone", minhu.engines.secrets.EncryptedTextField()),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                ("words", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("sent", "SENT"),
                            ("delivered", "DELIVERED"),
                            ("failed", "FAILED"),
                            ("held", "HELD"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="why it was not sent or did not arrive", max_length=32),
                ),
                ("created_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("over_at", models.DateTimeField(help_text="after which it is no use any more")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("ref", models.CharField(blank=True, help_text="the provider's own number of it", max_length=64)),
                ("talk_uid", models.UUIDField(blank=True, null=True)),
                (
                    "upto",
                    models.PositiveIntegerField(
                        default=0, help_text="number of the utterance up to which it carries a talk"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.textprovider",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="text_next"),
                    models.Index(fields=["phone_index", "-created_at"], name="text_phone"),
                    models.Index(
                        condition=models.Q(("talk_uid__isnull", False)), fields=["talk_uid", "-upto"], name="text_talk"
                    ),
                ],
            },
        ),
        migrations.RunSQL(protect("intake_textmessage", "false"), unprotect("intake_textmessage")),
        migrations.RunSQL(protect("intake_textstop", "false"), unprotect("intake_textstop")),
        migrations.RunSQL(STAMP, "DROP TRIGGER stamp ON intake_textprovider;"),
    ]
