"""The page of one call: its words with their places, its sound for a stated purpose only, and who may hear it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from factories import make_city
from minhu.directory.access import as_system
from minhu.engines.speech.codecs import Encoding, encode
from minhu.intake.models import Call, CallBack, Listener
from minhu.intake.services import recordings
from minhu.kernel.clock import now
from minhu.ledger.models import Access
from minhu.server.demo.ended_calls import load_ended_calls
from minhu.server.telephone.overhearing import Overhearing
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


def test_a_call_is_heard_for_a_purpose_and_its_words_lead_into_the_sound(home: object) -> None:
    city = make_city()
    load_ended_calls(city.actor("agent"), "agent", now())
    with as_system():
        found = {one.key: one for one in Call.objects.all()}
        assert {key: one.outcome for key, one in found.items()} == {
            "call-bot": "bot", "call-0": "answered", "call-1": "answered", "call-in-vain": "abandoned",
        }  # fmt: skip
        assert CallBack.objects.count() == 1, "who rang in vain is called back"
    call = found["call-0"]
    recordings.keep(call.uid, 0, *2 * [encode(np.zeros(8000, np.int16), Encoding.ALAW)])
    watcher, agent = signed_in(city, "supervisor"), signed_in(city, "agent")
    board = body(watcher.get("/desk/calls/", {"day": call.arrived_at.date().isoformat()}))
    assert "<audio" not in board
    assert ">6秒</td>" in board, "within 15 seconds or not is told in seconds"
    page = body(watcher.get(f"/desk/calls/{call.uid}/"))
    assert "路灯坏了四五天" in page
    assert "data-call-at=" in page
    assert "没有留存声音" in body(watcher.get(f"/desk/calls/{found['call-1'].uid}/"))
    in_vain = body(watcher.get(f"/desk/calls/{found['call-in-vain'].uid}/"))
    assert "没有说过话" in in_vain
    assert 'href="/desk/callbacks/"' in in_vain
    assert "等待 1分11秒" in in_vain
    sound = f"/desk/calls/{call.uid}/sound.wav"
    assert watcher.get(sound).status_code == 422, "nothing is heard without a purpose"
    assert agent.get(sound, {"purpose": "quality"}).status_code == 403
    assert Client().get(f"/desk/calls/{call.uid}/").status_code == 302
    answer = watcher.get(sound, {"purpose": "quality"})
    assert len(b"".join(answer.streaming_content)) == int(answer.headers["Content-Length"])
    with as_system():
        assert Access.objects.filter(purpose__contains="服务质检").count() == 1
    assert not Listener.objects.exists()


def test_a_day_without_calls_says_so_and_shows_no_figures_of_nothing(home: object) -> None:
    city = make_city()
    watcher = signed_in(city, "supervisor")
    quiet = body(watcher.get("/desk/calls/"))
    assert "这一天没有来电" in quiet
    assert "平均等待" not in quiet
    assert "话务数字" not in quiet
    load_ended_calls(city.actor("agent"), "agent", now())
    with as_system():
        rung_in_vain = Call.objects.get(key="call-in-vain")
        day = timezone.localtime(rung_in_vain.arrived_at).date().isoformat()
        Call.objects.exclude(pk=rung_in_vain.pk).update(arrived_at=rung_in_vain.arrived_at - timedelta(days=3))
    some = body(watcher.get("/desk/calls/", {"day": day}))
    assert "平均等待 — · 平均通话 — · 平均话后处理 —" in some, "nobody was answered: no mean, and it says so"
    other = body(watcher.get("/desk/calls/", {"day": day, "outcome": "bot"}))
    assert "这一天没有这种结果的来电" in other
    assert f'href="?day={day}"' in other


def test_who_listens_in_hears_both_legs_as_one_sound() -> None:
    ear, ones = Overhearing(), np.ones(160, np.int16)
    assert (ear.citizen(3 * ones) == 3).all(), "the citizen alone"
    ear.house(5 * ones, 8000, 8000)
    assert (ear.citizen(3 * ones) == 8).all()
    for _ in range(100):
        ear.house(30000 * ones, 8000, 8000)
    assert (ear.citizen(30000 * ones) == 32767).all(), "loud upon loud is cut, never turned round"
    assert len(ear._house) < 25, "a citizen's line that has stopped lets nothing pile up"
