"""110, 119, 120 answer back over the API door: an HTTP contract, what is refused, what comes back to the hotline."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from exchange.handing import begun, partner_of
from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.engines import webhooks
from minhu.exchange.models import Handover, HandoverEntry, Partner, Received
from minhu.exchange.queries.emergency import News
from minhu.exchange.services import emergency, emergency_watch
from minhu.exchange.services.emergency import Told
from minhu.handling.models import Order
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


Post = Callable[..., Any]


@pytest.fixture
def post() -> Post:
    """One signed message by HTTP; anything of it can be made wrong."""

    def send(partner: Partner, kind: str, message: str, data: dict[str, object], **wrong: Any) -> Any:
        sent = wrong.get("body") or json.dumps({"type": kind, "timestamp": "", "data": data}).encode()
        moment = wrong.get("moment") or clock.now()
        headers = webhooks.sign(wrong.get("secret") or partner.secret_in, message, moment, sent)
        sent = wrong.get("changed") or sent
        headers = {name: value for name, value in headers.items() if name not in wrong.get("without", ())}
        return Client().post(
            f"/hooks/{wrong.get('uid') or partner.uid}/", sent, content_type="application/json", headers=headers
        )

    return send


def entries(uid: UUID) -> list[str]:
    with as_system():
        return list(HandoverEntry.objects.filter(handover__uid=uid).order_by("id").values_list("kind", flat=True))


def order_state(number: str) -> str:
    with as_system():
        return str(Order.objects.get(number=number).state)


# -- the contract -------------------------------------------------------------------------------------------------


def test_receipt_acceptance_and_end_over_http_each_once(city: City, post: Post) -> None:
    partner = partner_of("110")
    number, uid = begun(city, "110")
    told = {"handover": str(uid), "taken_by": "0317"}
    first = post(partner, "emergency.received", "m1", told)
    assert (first.status_code, first.json()) == (
        200,
        {"handover": str(uid), "state": "received", "hand_over_state": "waiting"},
    )
    again = post(partner, "emergency.received", "m1", told)
    assert (again.status_code, again.json()) == (200, {**first.json(), "repeated": True})
    accepted = post(partner, "emergency.accepted", "m2", {**told, "number": "JJ-7"})
    assert accepted.json()["state"] == "accepted"
    double = post(partner, "emergency.accepted", "m3", {**told, "number": "JJ-7"})
    assert (double.status_code, double.json()["state"]) == (200, "accepted"), (
        "said twice under two ids: a late word, no second receipt"
    )
    assert entries(uid) == ["opened", "offered", "receipt", "accept", "late_accept"]
    with as_system():
        assert Order.objects.get(number=number).transfers.count() == 1
    done = post(partner, "emergency.feedback", "m4", {"handover": str(uid), "text": "已处置，人已送医。"})
    assert done.json() == {"handover": str(uid), "state": "done", "hand_over_state": "closed"}
    with as_system():
        assert Received.objects.filter(source=f"partner:{partner.pk}").count() == 4


def test_what_is_forged_stale_changed_or_nameless_is_401_and_leaves_nothing(city: City, post: Post) -> None:
    partner = partner_of("110")
    number, uid = begun(city, "110")
    told = {"handover": str(uid), "taken_by": "0317"}
    changed = json.dumps({"type": "emergency.declined", "data": {"handover": str(uid), "text": "改过的"}}).encode()
    wrong: list[dict[str, Any]] = [
        {"secret": webhooks.new_secret()}, {"secret": partner.secret_out}, {"moment": clock.now() - timedelta(minutes=6)},
        {"moment": clock.now() + timedelta(minutes=6)}, {"changed": changed}, {"without": ("webhook-signature",)},
        {"without": ("webhook-id",)}, {"without": ("webhook-timestamp",)}, {"uid": "00000000-0000-0000-0000-000000000000"}, {"uid": "x"},
    ]  # fmt: skip
    for at, one in enumerate(wrong):
        answer = post(partner, "emergency.accepted", f"w{at}", told, **one)
        assert answer.status_code == 401, one
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert "柳湾" not in answer.content.decode()
    assert entries(uid) == ["opened", "offered"]
    assert order_state(number) == "emergency"
    with as_system():
        assert not Received.objects.exists()


def test_an_id_used_for_other_words_is_a_conflict(city: City, post: Post) -> None:
    partner = partner_of("110")
    _, uid = begun(city, "110")
    assert post(partner, "emergency.received", "m1", {"handover": str(uid), "taken_by": "0317"}).status_code == 200
    other = post(partner, "emergency.declined", "m1", {"handover": str(uid), "text": "不归我们"})
    assert (other.status_code, other.json()["code"]) == (409, "message_id_reused")
    assert entries(uid)[-1] == "receipt"


def test_a_handover_that_is_unknown_or_anothers_does_not_exist(city: City, post: Post) -> None:
    partner, other = partner_of("110"), partner_of("120")
    _, uid = begun(city, "110")
    for at, (who, named) in enumerate(
        [(partner, "00000000-0000-0000-0000-000000000001"), (partner, "JJ-7"), (partner, ""), (other, str(uid))]
    ):
        answer = post(who, "emergency.accepted", f"u{at}", {"handover": named, "taken_by": "0317"})
        assert answer.status_code in (404, 422), named
    assert (
        post(partner, "emergency.accepted", "s", {"handover": str(uid), "service": "120", "taken_by": "1"}).status_code
        == 404
    )
    assert entries(uid) == ["opened", "offered"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", 422), (b"[]", 422), (b"\xff\xfe", 422), (b'{"type": "emergency.accepted"}', 422), (b'{"type": "order.signed", "data": {}}', 422),
     (b'{"type": "emergency.feedback", "data": {"handover": "x", "text": "yy", "outcome": "maybe"}}', 422),
     (b'{"type": "emergency.declined", "data": {"handover": "x", "text": ""}}', 422),
     (b'{"type": "emergency.declined", "data": {"handover": "x", "text": "yy", "to_hotline": "perhaps"}}', 422),
     (b"{" * 20_000, 422), (b'{"type": "emergency.accepted", "data": "' + b"x" * 300_000 + b'"}', 413)],
)  # fmt: skip
def test_signed_nonsense_is_named_and_changes_nothing(city: City, post: Post, sent: bytes, status: int) -> None:
    partner = partner_of("110")
    _, uid = begun(city, "110")
    answer = post(partner, "", "n", {}, body=sent or b" ")
    assert answer.status_code in (status, 400, 413), answer.content
    assert entries(uid) == ["opened", "offered"]


def test_a_platform_that_was_stopped_is_refused(city: City, post: Post) -> None:
    partner = partner_of("110")
    _, uid = begun(city, "110")
    with as_system():
        Partner.objects.filter(pk=partner.pk).update(active=False)
    assert post(partner, "emergency.accepted", "m", {"handover": str(uid), "taken_by": "1"}).status_code == 403
    assert Client().get(f"/hooks/{partner.uid}/").status_code == 405


# -- 'this is not ours: back to 12345' ----------------------------------------------------------------------------


def test_no_matter_for_the_police_comes_back_to_the_desk_at_once(city: City, post: Post) -> None:
    partner = partner_of("110")
    number, uid = begun(city, "110", text="楼上装修太吵了，邻居差点打起来，民警能来看看吗，住柳湾小区3号楼。")
    with as_system():
        before = Order.objects.get(number=number).urgency
    answer = post(
        partner,
        "emergency.declined",
        "m1",
        {"handover": str(uid), "text": "非警务，属噪声扰民，请12345办理", "to_hotline": True},
    )
    assert answer.json() == {"handover": str(uid), "state": "declined", "hand_over_state": "kept"}
    assert entries(uid) == ["opened", "offered", "decline", "to_hotline"]
    with as_system():
        order = Order.objects.get(number=number)
        assert (order.state, order.urgency) == ("to_dispatch", before), "how pressing it is, a person judges"
    assert (
        post(
            partner, "emergency.declined", "m2", {"handover": str(uid), "text": "再说一遍，非警务", "to_hotline": True}
        ).status_code
        == 200
    )
    assert entries(uid).count("to_hotline") == 1
    assert emergency_watch.watch() == 0, "decided: nobody is alarmed"


def test_taken_first_and_then_found_to_be_the_hotlines(city: City, post: Post) -> None:
    partner = partner_of("110")
    number, uid = begun(city, "110")
    post(partner, "emergency.accepted", "m1", {"handover": str(uid), "taken_by": "0317", "number": "JJ-7"})
    data = {"handover": str(uid), "text": "到场无警情，属物业纠纷", "outcome": "returned", "to_hotline": True}
    assert post(partner, "emergency.feedback", "m2", data).json()["hand_over_state"] == "kept"
    assert order_state(number) == "to_dispatch"


def test_while_another_service_may_act_nothing_comes_back(city: City, post: Post) -> None:
    police, medics = partner_of("110"), partner_of("120")
    number, uid = begun(city, "110", "120")
    answer = post(police, "emergency.declined", "m1", {"handover": str(uid), "text": "非警务", "to_hotline": True})
    assert answer.json()["hand_over_state"] == "waiting"
    assert order_state(number) == "emergency"
    post(medics, "emergency.accepted", "m2", {"handover": str(uid), "taken_by": "急1"})
    assert (
        post(police, "emergency.declined", "m3", {"handover": str(uid), "text": "非警务", "to_hotline": True}).json()[
            "hand_over_state"
        ]
        == "accepted"
    )
    assert order_state(number) == "emergency"


def test_the_same_by_telephone_noted_by_the_agent(city: City) -> None:
    number, uid = begun(city, "110")
    page = signed_in(city, "agent")
    assert "对方说不属紧急事项，由本热线办理" in body(page.get(f"/desk/emergency/{uid}/"))
    page.post(
        f"/desk/emergency/{uid}/decline/",
        {"service": "110", "text": "非警务，请12345办理", "to_hotline": "1", "key": "x"},
    )
    assert entries(uid)[-1] == "to_hotline"
    assert order_state(number) == "to_dispatch"
    assert "对方认为属本热线办理" in body(page.get(f"/desk/emergency/{uid}/"))
    page.post(
        f"/desk/emergency/{uid}/decline/",
        {"service": "110", "text": "非警务，请12345办理", "to_hotline": "1", "key": "x"},
    )
    assert entries(uid).count("to_hotline") == 1


def test_news_needs_a_reason_also_for_what_comes_back(city: City) -> None:
    from minhu.kernel.errors import Invalid

    _, uid = begun(city, "110")
    with acting_as(city.actor("agent")), pytest.raises(Invalid):
        emergency.report(uid, "110", News.DECLINE, Told(to_hotline=True))
    with as_system():
        assert Handover.objects.get(uid=uid).kept_at is None
