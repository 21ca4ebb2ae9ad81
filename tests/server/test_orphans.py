"""Files without a row go, with an entry in the ledger; a file that a row names, or that somebody just keeps, never does."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from django.db import transaction
from typer.testing import CliRunner

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.engines import abandoned, files
from minhu.engines.database import home_folder
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.codecs import Encoding
from minhu.engines.speech.framing import wav_head
from minhu.intake.attachments import Keeper, record
from minhu.intake.models import Attachment, Call, Recording, Request
from minhu.intake.services import calling, receive, recordings
from minhu.intake.types import NewRequest, UploadedFile
from minhu.kernel.clock import now
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Upload, UploadItem
from minhu.knowledge.queries.reach import reading
from minhu.ledger import queries as ledger
from minhu.server import orphans, retention
from minhu.server.commands import privacy

pytestmark = pytest.mark.django_db(transaction=True)
WEEKS = 30 * 24 * 3600
ROOMS = {"minhu/intake/attachments.py", "minhu/intake/services/recordings.py", "minhu/knowledge/services/making.py"}


def text(words: str) -> bytes:
    """A sound that is no other's: any file that may come in would do."""
    body = words.encode() * 40
    return wav_head(8000, 1, len(body), Encoding.ALAW) + body


def place(digest: str) -> Path:
    return home_folder() / "files" / digest[:2] / digest


def aged(digest: str, seconds: float = WEEKS) -> str:
    moment = time.time() - seconds
    os.utime(place(digest), (moment, moment))
    return digest


def kept(words: str) -> str:
    return aged(files.save(text(words)).sha256)


@pytest.fixture
def city(home: Path) -> City:
    return make_city()


def due() -> int:
    return next(line.due for line in retention.overview() if line.name == "orphans")


def test_what_no_row_names_goes_and_the_ledger_says_so(city: City) -> None:
    lost, young = kept("断电前写下的附件"), files.save(text("正在上传的附件")).sha256
    half = place(lost).with_name(f".{lost}.0123456789ab")
    half.write_bytes(b"MHF1")
    os.utime(half, (1, 1))
    stranger = place(lost).with_name("README")
    stranger.write_bytes(b"by hand")
    os.utime(stranger, (1, 1))
    app = typer.Typer()
    privacy.register(app)
    shown = CliRunner().invoke(app, ["privacy", "retention"])
    assert json.loads(shown.stdout.splitlines()[-1])["due"]["orphans"] == 2
    assert "没有归属的存储文件" in shown.stdout
    assert place(lost).exists(), "looking changes nothing"
    assert retention.expire("orphans") == 2
    assert (place(lost).exists(), half.exists(), place(young).exists(), stranger.exists()) == (False, False, True, True)
    with transaction.atomic(), as_system():
        (entry,) = [one.payload for one in ledger.entries_of(("records", "orphans"))]
    assert (entry["rows"], entry["days"]) == (2, 7)
    assert retention.expire("orphans") == due() == 0


def test_a_file_that_a_row_names_stays(city: City) -> None:
    with transaction.atomic(), acting_as(city.actor("agent")):
        request_id = receive(
            NewRequest(text="柳湾街道路灯不亮", files=(UploadedFile("情况.wav", text("路灯照片说明")),))
        ).request_id
    call = calling.take_event("pbx", CallEvent("c1", now(), CallEventKind.RINGING))
    assert call is not None
    with transaction.atomic(), as_system():
        recordings.keep(Call.objects.get().uid, 0, b"\xd5" * 800, b"\xd5" * 800)
        digests = {
            *Attachment.objects.values_list("digest", flat=True),
            *Recording.objects.values_list("digest", flat=True),
        }
        assert Request.objects.get().pk == request_id
        unit = city.unit("water")
        with reading():
            upload = Upload.objects.create(
                started_by=city.actor("agent").id, started_at=now(), owner_unit_id=unit, keys=sorted(keeper_keys(unit))
            )
            waiting = kept("排队等待读取的文件")
            UploadItem.objects.create(upload=upload, name="a.wav", file_digest=waiting)
    assert len(digests) == 2
    for digest in digests:
        aged(digest)
    assert due() == retention.expire("orphans") == 0
    assert all(place(digest).exists() for digest in {*digests, waiting})


def test_whoever_keeps_an_old_file_again_owns_it_before_his_row_is_written(city: City) -> None:
    """The same content lay there as an orphan; the row that names it now is not committed yet."""
    lost = kept("同样的内容")
    with transaction.atomic(), acting_as(city.actor("agent")):
        request_id = receive(NewRequest(text="柳湾街道路灯不亮了")).request_id
    with transaction.atomic(), as_system():
        found = Keeper().keep([UploadedFile("同样.wav", text("同样的内容"))])
        assert orphans.drop(now(), 10).rows == 0
        record(request_id, found, now(), kind="citizen")
    assert b"".join(files.stream(lost)) == text("同样的内容")


def test_kept_again_between_the_look_and_the_removal_it_is_put_back(city: City) -> None:
    lost, before = kept("刚好又来了"), now() - timedelta(days=7)
    assert abandoned.abandoned(before, lambda _digests: set()) == [lost]
    files.save(text("刚好又来了"))
    assert abandoned.set_aside(lost, before) is None
    assert files.read(lost) == text("刚好又来了")


def test_a_removal_that_was_not_recorded_is_found_again(city: City) -> None:
    lost = kept("清理时断电")
    with transaction.atomic():
        assert orphans.drop(now(), 10).rows == 1
        transaction.set_rollback(True)
    assert not place(lost).exists()
    (aside,) = place(lost).parent.iterdir()
    assert due() == retention.expire("orphans") == 1
    assert not aside.exists()


def test_every_room_that_keeps_files_is_known_here() -> None:
    """A further one must say in `server/orphans.py` which of its rows name files, or its files would be swept away."""
    source = Path(orphans.__file__).parents[1]
    keeping = {
        str(path.relative_to(source.parent))
        for path in source.rglob("*.py")
        if re.search(r"\bfiles\.save\(", path.read_text(encoding="utf-8"))
    }
    assert keeping == ROOMS
