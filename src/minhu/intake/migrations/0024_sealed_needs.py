"""What a citizen in a talk cannot do is sealed like his words; messages of a bulletin go out in batches."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations, models
from django.db.models import Q

import minhu.engines.secrets
from minhu.engines.secrets import seal, unseal

CONTEXT = "intake_talk.needs_said"
BATCH = 1000


def seal_what_stands(apps: Any, editor: Any) -> None:
    """Existing rows are rewritten, each for itself."""
    with editor.connection.cursor() as cursor:
        for key, uid, needs in _rows(cursor, "needs", "cardinality(needs) > 0"):
            sealed = seal(",".join(needs), CONTEXT, str(uid))
            cursor.execute("UPDATE intake_talk SET needs_said = %s WHERE id = %s", [sealed, key])


def open_again(apps: Any, editor: Any) -> None:
    """Back to plain rows."""
    with editor.connection.cursor() as cursor:
        for key, uid, sealed in _rows(cursor, "needs_said", "needs_said IS NOT NULL"):
            opened = unseal(bytes(sealed), CONTEXT, str(uid)).split(",")
            cursor.execute("UPDATE intake_talk SET needs = %s WHERE id = %s", [opened, key])


def _rows(cursor: Any, column: str, wanted: str) -> Iterator[tuple[Any, ...]]:
    last = 0
    while True:
        cursor.execute(
            f"SELECT id, uid, {column} FROM intake_talk WHERE id > %s AND {wanted} ORDER BY id LIMIT %s",
            [last, BATCH],
        )
        rows = cursor.fetchall()
        yield from rows
        if not rows:
            return
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("intake", "0023_board_channel")]

    operations = [
        migrations.AddField(
            "talk",
            "needs_said",
            minhu.engines.secrets.EncryptedTextField(
                blank=True, help_text="special needs, each 'code:source', joined by commas", null=True
            ),
        ),
        migrations.RunPython(seal_what_stands, open_again),
        migrations.RemoveField("talk", "needs"),
        migrations.AddField(
            "bulletinmessage",
            "done_at",
            models.DateTimeField(blank=True, help_text="everybody was dealt with", null=True),
        ),
        migrations.AddField(
            "bulletinmessage",
            "told_to",
            models.BigIntegerField(default=0, help_text="the last of the people, by number, who was dealt with"),
        ),
        migrations.RunSQL("UPDATE intake_bulletinmessage SET done_at = sent_at WHERE sent_at IS NOT NULL", ""),
        migrations.AddIndex(
            "bulletinmessage",
            models.Index(
                condition=Q(("done_at", None), ("sent_at__isnull", False)),
                fields=["sent_at"],
                name="message_on_its_way",
            ),
        ),
    ]
