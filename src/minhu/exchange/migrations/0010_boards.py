"""Message boards of other platforms: a post is seen with its order, and what came of it with the post."""

import django.db.models.deletion
import minhu.engines.secrets
import uuid
from django.db import migrations, models

from minhu.directory.row_security import protect, through, unprotect

PROTECT = protect("exchange_boardpost", through("handling_order", "order_id")) + protect(
    "exchange_boardentry", through("exchange_boardpost", "post_id")
)
UNPROTECT = unprotect("exchange_boardentry") + unprotect("exchange_boardpost")


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0009_enterprises"),
        ("handling", "0020_assistant_advice"),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="the end of our address for it", unique=True
                    ),
                ),
                ("label", models.CharField(max_length=64, unique=True)),
                ("site", models.CharField(blank=True, help_text="where citizens find it", max_length=200)),
                (
                    "secret",
                    minhu.engines.secrets.EncryptedTextField(help_text="signs what the platform sends and asks for"),
                ),
                (
                    "line",
                    models.CharField(
                        blank=True, default="", help_text="line of business; empty: the main one", max_length=32
                    ),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(default=0, help_text="for posts without a deadline; 0: none"),
                ),
                (
                    "columns",
                    models.JSONField(
                        blank=True, default=dict, help_text="field → column of its files, as last imported"
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("last_in_at", models.DateTimeField(blank=True, null=True)),
                ("last_out_at", models.DateTimeField(blank=True, null=True)),
                ("refused", models.PositiveIntegerField(default=0, help_text="signed messages that could not be used")),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="BoardPost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=100)),
                ("public", models.BooleanField(default=False, help_text="everybody may read the post there")),
                ("link", models.CharField(blank=True, max_length=300)),
                ("digest", models.CharField(help_text="of its words as last brought", max_length=64)),
                ("posted_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(blank=True, help_text="until when the board wants its reply", null=True),
                ),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "followed_at",
                    models.DateTimeField(
                        blank=True, help_text="the last word of its author behind the post", null=True
                    ),
                ),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "taken_at",
                    models.DateTimeField(blank=True, help_text="the reply was handed to the board", null=True),
                ),
                ("taken_digest", models.CharField(blank=True, max_length=64)),
                (
                    "published_at",
                    models.DateTimeField(blank=True, help_text="the board says that it stands there", null=True),
                ),
                ("published_digest", models.CharField(blank=True, max_length=64)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="exchange.board"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="board_post", to="handling.order"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BoardEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        help_text="changed | followed | deleted | restored | taken | published", max_length=10
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("supplement_id", models.BigIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="exchange.boardpost"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="boardpost",
            constraint=models.UniqueConstraint(fields=("board", "key"), name="board_post_once"),
        ),
        migrations.AddConstraint(
            model_name="boardentry",
            constraint=models.UniqueConstraint(fields=("post", "kind", "key"), name="board_entry_once"),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
