"""What changes of a document is so in every process at once: published, replaced, hidden, expired, withdrawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import paper

from homes import ROOT
from minhu.kernel.actors import use_actor
from minhu.knowledge.queries import documents, uploads
from minhu.knowledge.services import editing, life
from minhu.knowledge.services import uploads as bringing
from minhu.knowledge.types import Audience, EntryData, Rights

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "低保家庭申请水价优惠应当提交什么材料"
SECONDS = 15.0
"""From publishing to the first right answer of another process: five is the goal, and a loaded machine gets three times as long."""
ASKER = """
import json, sys
from datetime import datetime
from minhu.server.bootstrap import setup
setup()
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS, use_actor
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import Door
print("ready", flush=True)
for line in sys.stdin:
    day, words = json.loads(line)
    with clock.at(datetime.fromisoformat(day) if day else clock.now()), use_actor(ANONYMOUS):
        got, found = ask(Asked(words, Door.PAGE), record=False), find(words)
    said = [" ".join(one.words for one in got.clauses), [one.document_id for one in found.papers]]
    print(json.dumps(said), flush=True)
"""


class Other:
    """Another process of the house, which stays and is asked again and again."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def asks(self, day: str = "") -> tuple[str, list[int]]:
        """The words it answers with, and the documents that it finds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([day, QUESTION]), file=self.process.stdin, flush=True)
        words, found = json.loads(self.process.stdout.readline())
        return words, found


@pytest.fixture
def other(home: Path, transactional_db: None) -> Iterator[Other]:
    made = Other()
    yield made
    made.process.communicate(timeout=60)


def brought(keepers: Keepers) -> int:
    """A file comes in as on the page: kept, read by the task; returns its document."""
    with use_actor(keepers.editor):
        number = bringing.start([("水价.docx", paper())], keepers.city.unit("water"), Rights(), EntryData())
    bringing.run_in_background(number)
    with use_actor(keepers.editor):
        return int(uploads.upload_view(number).items[0].document_id or 0)


def test_every_process_answers_from_what_holds_now(other: Other) -> None:
    with transaction.atomic():
        keepers = gather()
    document = brought(keepers)
    with transaction.atomic():
        version = keepers.ready(document)
    assert other.asks() == ("", [])
    begun = time.monotonic()
    with use_actor(keepers.reviewer):
        life.publish(version)
    words, found = other.asks()
    assert time.monotonic() - begun < SECONDS
    assert ("低保证原件" in words, found) == (True, [document])
    assert other.asks("2030-07-01T04:00:00+00:00") == ("", []), "its last day was 30 June; nothing had to run for that"
    with use_actor(keepers.editor):
        editing.set_rights(document, Rights(Audience.STAFF))
    assert other.asks() == ("", [])
    with use_actor(keepers.editor):
        editing.set_rights(document, Rights())
        editing.add_version(document, paper(more=("（三）家庭人口证明。",)), "新.docx")
    assert other.asks()[1] == [document]
    with transaction.atomic():
        replaced = keepers.ready(document)
    with use_actor(keepers.reviewer):
        life.publish(replaced)
        states = [one.state.value for one in documents.card(document).versions]
    assert (states, other.asks()[1]) == (["published", "superseded"], [document])
    with use_actor(keepers.editor):
        life.withdraw(replaced, "内容有误")
    assert other.asks() == ("", [])
