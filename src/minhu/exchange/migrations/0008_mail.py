"""E-mail: mailboxes, threads with citizens, and the outbox; nobody but wide roles reads threads and mails."""

import django.contrib.postgres.fields
import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0007_emergency"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("label", models.CharField(max_length=64, unique=True)),
                ("address", models.CharField(max_length=200, unique=True)),
                ("imap_host", models.CharField(max_length=200)),
                ("imap_port", models.PositiveIntegerField(default=993)),
                ("smtp_host", models.CharField(max_length=200)),
                ("smtp_port", models.PositiveIntegerField(default=465)),
                ("secure", models.BooleanField(default=True)),
                ("user", models.CharField(db_column="login", max_length=200)),
                ("password", minhu.engines.secrets.EncryptedTextField()),
                ("server", models.CharField(blank=True, help_text="signs Authentication-Results", max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("validity", models.BigIntegerField(default=0)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("next_look", models.DateTimeField(blank=True, null=True)),
                ("last_in_at", models.DateTimeField(blank=True, null=True)),
                ("last_out_at", models.DateTimeField(blank=True, null=True)),
                (
                    "automatic",
                    models.PositiveIntegerField(default=0, help_text="mails of machines, which nobody answers"),
                ),
                ("refused", models.PositiveIntegerField(default=0, help_text="mails that could not be read")),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="MailThread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sender", minhu.engines.secrets.EncryptedTextField()),
                (
                    "sender_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="sender", purpose="sender"),
                ),
                ("subject", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "last_id",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="Message-ID of the citizen's last mail"
                    ),
                ),
                (
                    "checks",
                    models.CharField(
                        blank=True, help_text="what our receiving server found of the sender", max_length=120
                    ),
                ),
                ("talk_uid", models.UUIDField(unique=True)),
                (
                    "told",
                    models.PositiveIntegerField(
                        default=0, help_text="number of the utterance up to which all is in the outbox"
                    ),
                ),
                (
                    "files",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="mails whose files wait",
                        size=None,
                    ),
                ),
                ("last_at", models.DateTimeField()),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="threads", to="exchange.mailbox"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="MailOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("words", minhu.engines.secrets.EncryptedTextField()),
                ("upto", models.PositiveIntegerField()),
                ("by_machine", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "WAITING"), ("delivered", "DELIVERED"), ("failed", "FAILED")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="exchange.mailthread"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="mailthread",
            index=models.Index(fields=["sender_index", "-last_at"], name="mail_sender"),
        ),
        migrations.AddIndex(
            model_name="mailthread",
            index=models.Index(condition=models.Q(("files", []), _negated=True), fields=["mailbox"], name="mail_files"),
        ),
        migrations.AddIndex(
            model_name="mailout",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="mail_next"),
        ),
        migrations.AddConstraint(
            model_name="mailout",
            constraint=models.UniqueConstraint(fields=("thread", "upto"), name="mail_once_for_each_word"),
        ),
        migrations.RunSQL(protect("exchange_mailthread", "false"), unprotect("exchange_mailthread")),
        migrations.RunSQL(protect("exchange_mailout", "false"), unprotect("exchange_mailout")),
    ]
