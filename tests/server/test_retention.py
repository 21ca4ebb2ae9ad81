"""Records are kept as long as the law asks and no longer; nothing goes unnoticed, and the ledger stays whole."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from factories import make_city
from minhu.directory.access import as_system
from minhu.directory.models import SignIn, Staff
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.exchange.models import Received
from minhu.intake.models import Request, Talk
from minhu.intake.services import calling, forgetting, receive, talking
from minhu.intake.types import NewRequest, TalkChannel
from minhu.kernel import keeping
from minhu.kernel.clock import at, now
from minhu.knowledge.models import Asking, ToolCall
from minhu.knowledge.queries.reach import reading as reading_papers
from minhu.ledger import queries as ledger
from minhu.ledger import services
from minhu.ledger.models import Access
from minhu.server import retention

pytestmark = pytest.mark.django_db


def reading(days: int) -> Access:
    with as_system():
        return Access.objects.create(
            at=now() - timedelta(days=days), actor_kind="staff", actor_id="z3", subject_type="request", subject_id="7",
            fields=["phone"], purpose="回访",
        )  # fmt: skip


def expired(name: str) -> list[dict[str, object]]:
    with as_system():
        return [one.payload for one in ledger.entries_of(("records", name))]


def test_what_is_over_goes_and_the_ledger_says_so() -> None:
    make_city()
    old, young = reading(1100), reading(1000)
    staff = Staff.objects.first()
    assert staff is not None
    for days in (200, 100):
        moment = now() - timedelta(days=days)
        SignIn.objects.create(staff=staff, how="password", began_at=moment, seen_at=moment, ended_at=moment)
        Received.objects.create(source="partner:1", message_id=f"m{days}", digest="0" * 64, at=moment)
    with as_system(), reading_papers():
        for days in (400, 100):
            Asking.objects.create(
                at=now() - timedelta(days=days), door="page", engine="extract", outcome="not_found", keys=["*"]
            )
            ToolCall.objects.create(at=now() - timedelta(days=days), tool="x", door="page", outcome="told", keys=["*"])
    for days in (400, 100):
        with at(now() - timedelta(days=days)):
            talking.begin(TalkChannel.CHAT)
            calling.take_event("pbx", CallEvent(f"c{days}", now(), CallEventKind.RINGING))
    before = {line.name: line.due for line in retention.overview() if line.due}
    assert before == {
        "access": 1,
        "sign_ins": 1,
        "received": 1,
        "askings": 1,
        "tool_calls": 1,
        "call_events": 1,
        "talk_words": 1,
    }
    with as_system():
        assert Access.objects.count() == 2, "looking changes nothing"
    assert retention.tick() == 9, "a talk goes when its words have gone, a call when its events have"
    assert retention.tick() == 0
    with as_system():
        assert list(Access.objects.values_list("pk", flat=True)) == [young.pk]
        assert Talk.objects.count() == 1
    assert (SignIn.objects.count(), Received.objects.count()) == (1, 1)
    (entry,) = expired("access")
    assert (entry["rows"], entry["days"]) == (1, 1096)
    assert len(str(entry["sha256"])) == 64
    assert old.actor_id not in json.dumps(entry)


def test_no_role_of_the_application_shortens_the_log_of_readings() -> None:
    young = reading(1000)
    with as_system(), pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        cut("SET LOCAL ROLE NONE", young.pk)
    with as_system(), transaction.atomic():
        assert cut("", young.pk) == 0, "row security does not show it for removal"
        assert cut("", reading(1100).pk) == 1


def cut(first: str, pk: int) -> int:
    with connection.cursor() as cursor:
        if first:
            cursor.execute(first)
        cursor.execute("DELETE FROM ledger_access WHERE id = %s", [pk])
        return int(cursor.rowcount)


def test_a_clock_that_may_be_ahead_removes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading(1100)
    monkeypatch.setattr(retention, "is_doubted", lambda: True)
    assert retention.tick() == 0
    with as_system():
        assert Access.objects.count() == 1


@pytest.mark.parametrize("text", ["access=1000", "sign_ins=183", "wages=9", "jobs=-1", "jobs=x", "jobs", "jobs=0"])
def test_no_setting_goes_below_the_law(text: str) -> None:
    with pytest.raises(ValueError, match=r"access|sign_ins|none of|days"):
        keeping.parse(text)


def test_a_setting_may_be_longer_and_the_day_begins_at_midnight_in_china() -> None:
    assert keeping.parse(" access=1826 , jobs=60")["access"] == 1826
    moment = datetime.fromisoformat("2026-03-09T00:30:00+08:00")
    assert keeping.over_before(1, moment) == datetime.fromisoformat("2026-03-08T00:00:00+08:00")
    assert (
        max(
            (datetime(2026 + (month + 6 > 12), (month + 5) % 12 + 1, 1) - datetime(2026, month, 1)).days
            for month in range(1, 13)
        )
        == keeping.HALF_A_YEAR
    )


def test_the_ledger_verifies_after_what_it_speaks_of_was_anonymised_by_age() -> None:
    make_city()
    with at(now() - timedelta(days=4 * 365)):
        receive(
            NewRequest(text="柳湾路路灯不亮，我叫欧阳晓明。", requester_name="欧阳晓明", requester_phone="13812345678")
        )
    with as_system():
        assert services.integrate() > 0
        assert forgetting.forget_old(3) == 1
        services.integrate()
        assert "欧阳" not in Request.objects.get().text
        found = services.verify()
        # the file outside the database is written when a transaction is committed, which a test's never is
        assert {one.kind for one in found.findings} <= {"witness_missing"}, (
            "entries speak of numbers and digests: nothing in them is overwritten"
        )
