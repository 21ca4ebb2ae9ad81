"""A danger goes to emergency services and comes back: by telephone, by message, declined, kept, late, forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from factories import MONDAY, City
from minhu.directory import policy
from minhu.directory.access import acting_as, as_system
from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.engines import webhooks
from minhu.exchange.models import Delivery, EmergencyService, Handover, HandoverEntry, Partner
from minhu.exchange.queries import emergency as queries
from minhu.exchange.queries.emergency import News, Sheet, Way
from minhu.exchange.services import emergency, emergency_messages, emergency_watch, incoming
from minhu.exchange.services.emergency import Told
from minhu.exchange.services.emergency_sheet import of_order
from minhu.exchange.services.forgetting import forget_person
from minhu.handling.models import Order
from minhu.intake import services as intake
from minhu.intake.events import RequestForgotten
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
WORDS = "柳湾小区3号楼501厨房着火了，火很大，屋里还有两个老人出不来。"


def danger(city: City) -> str:
    with acting_as(city.actor("agent")):
        new = NewRequest(
            text=WORDS, requester_name="欧阳试明", requester_phone="13812345678", place_text="柳湾小区3号楼501"
        )
        return intake.receive(new).number


def begun(city: City, number: str, *codes: str) -> UUID:
    with acting_as(city.actor("agent")):
        draft = of_order(number)
        assert draft.services[0] == "119", "the rule proposes; a person confirms"
        return emergency.begin(
            number, [(code, Way.VOICE) for code in codes], draft.sheet, proposed=draft.services, key="k1"
        )


def state(number: str) -> str:
    with as_system():
        return str(Order.objects.get(number=number).state)


def test_declined_by_all_it_stays_here_and_a_late_yes_is_kept_as_a_word(city: City) -> None:
    with clock.at(MONDAY):
        number = danger(city)
        uid = begun(city, number, "119", "120")
        assert begun(city, number, "119", "120") == uid  # the same hand-over, however often the key is pressed
        assert state(number) == "emergency"
    with acting_as(city.actor("agent")):
        view = queries.view(uid)
        assert [one.code for one in view.offers] == ["119", "120"]
        assert view.sheet.phone == "13812345678"
        assert "13812345678" in view.spoken
        assert view.seconds <= 10
    with clock.at(MONDAY + timedelta(seconds=61)):
        assert emergency_watch.watch() == 1
        assert emergency_watch.watch() == 0  # once
        with acting_as(city.actor("supervisor")):
            assert queries.running()[0].alarming
            assert queries.count_alarming(city.actor("supervisor")) == 1
            with pytest.raises(NotAllowed):
                emergency.keep_here(uid, "督办员看，不代替话务台决定")
    with clock.at(MONDAY + timedelta(seconds=90)), acting_as(city.actor("agent")):
        with pytest.raises(Invalid, match="姓名或工号"):
            emergency.report(uid, "119", News.RECEIPT, Told())
        emergency.join(uid, "agent", "赵centre", key="p1")
        emergency.join(uid, "service", "119 接警员 0317", key="p2")
        emergency.report(uid, "119", News.DECLINE, Told(text="属于燃气公司"), key="d1")
        emergency.report(uid, "119", News.DECLINE, Told(text="属于燃气公司"), key="d1")
        assert queries.view(uid).row.state == "waiting"
        emergency.report(uid, "120", News.DECLINE, Told(text="没有伤员"), key="d2")
        assert queries.view(uid).row.state == "undecided"
        emergency.consult(uid, "与 119、120 三方会商，没有一致意见", key="c1")
        emergency.hang_up(uid, [queries.view(uid).parties[0].id], key="h1")
        emergency.keep_here(uid, "没有一致意见，首接负责", key="keep")
        view = queries.view(uid)
        assert view.row.state == "kept"
        assert view.row.due_at == MONDAY + timedelta(seconds=90, hours=2)
        assert [one.spoke for one in view.parties] == [False, True]
    assert state(number) == "to_dispatch"
    with as_system():
        assert Order.objects.get(number=number).urgency == "danger"
    late_word_and_end(city, uid)


def late_word_and_end(city: City, uid: UUID) -> None:
    with clock.at(MONDAY + timedelta(minutes=5)), acting_as(city.actor("agent")):
        emergency.report(uid, "119", News.RECEIPT, Told("0317"), key="late")
        assert queries.view(uid).row.state == "kept"
        assert queries.view(uid).entries[-1].kind == "late_receipt"
        emergency.close(uid, "燃气公司已到场处置，火已扑灭", key="end")
        assert queries.view(uid).row.state == "closed"
        with pytest.raises(Conflict):
            emergency.offer(uid, "110", Way.VOICE)
    with as_system():
        kinds = list(HandoverEntry.objects.values_list("kind", flat=True))
        assert kinds.count("decline") == 2
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            HandoverEntry.objects.filter(kind="kept").update(kind="accept")
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            HandoverEntry.objects.filter(kind="kept").delete()


def test_who_does_not_see_the_order_decides_nothing_of_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = begun(city, danger(city), "119")
    mine = [rule for rule in policy.POLICY if Action.DECIDE_INTAKE in rule.actions and rule.role == Role.AGENT]
    narrow = [replace(rule, actions=rule.actions - {Action.VIEW_ORDER}) for rule in mine]
    own = replace(mine[0], relation=policy.Relation.UNIT, actions=frozenset({Action.VIEW_ORDER}))
    monkeypatch.setattr(policy, "POLICY", (*narrow, own))  # a city whose agents see the orders of their unit only
    policy._rules.cache_clear()
    try:
        with acting_as(city.actor("agent")):
            for step in (
                lambda: emergency.consult(uid, "与消防会商"), lambda: emergency.offer(uid, "120", Way.VOICE),
                lambda: emergency.report(uid, "119", News.ACCEPT, Told("0317")), lambda: emergency.close(uid, "已结束"),
                lambda: emergency.keep_here(uid, "由本热线受理"), lambda: emergency.join(uid, "agent", "我"),
                lambda: emergency.hang_up(uid),
            ):  # fmt: skip
                with pytest.raises(NotFound):
                    step()
    finally:
        monkeypatch.undo()
        policy._rules.cache_clear()
    with as_system():
        assert {one.kind for one in HandoverEntry.objects.all()} == {"opened", "offered"}


def test_undecided_too_long_the_rule_keeps_it_and_a_unit_sees_nothing_of_it(city: City) -> None:
    with clock.at(MONDAY):
        number = danger(city)
        uid = begun(city, number, "119")
        with acting_as(city.actor("agent")):
            emergency.report(uid, "119", News.DECLINE, Told(text="不属于消防"))
    with clock.at(MONDAY + timedelta(minutes=11)):
        assert emergency_watch.watch() == 1
        with acting_as(city.actor("agent")):
            assert queries.view(uid).row.state == "kept"
        with acting_as(city.actor("water_handler")), pytest.raises(NotAllowed):
            queries.view(uid)
        with acting_as(city.actor("water_handler")):
            assert queries.of_order(number) == []
    assert state(number) == "to_dispatch"


def partner_of(code: str, *, personal: bool = True) -> Partner:
    with as_system():
        partner = Partner.objects.create(
            label=f"{code} 接警平台", kind="emergency", url="https://119.example/hook", secret_out=webhooks.new_secret(),
            secret_in=webhooks.new_secret(), created_at=clock.now(), personal=personal,
        )  # fmt: skip
        EmergencyService.objects.filter(code=code).update(partner=partner)
        return partner


def test_a_registered_service_answers_by_signed_messages_once_each(city: City) -> None:
    with clock.at(MONDAY):
        partner = partner_of("119")
        number = danger(city)
        uid = begun(city, number, "119")
        with as_system():
            sent = Delivery.objects.get(kind="emergency.offered")
            told = json.loads(sent.body)["data"]
            assert told["sheet"]["phone"] == "13812345678"

        def send(kind: str, message: str, key: str = "", **data: object) -> dict[str, object]:
            body = json.dumps({"type": kind, "data": {"handover": str(uid), **data}}).encode()
            headers = webhooks.sign_all([key or partner.secret_in], message, clock.now(), body)
            return incoming.take_in(str(partner.uid), headers, body)

        with pytest.raises(NotAllowed):
            send("emergency.accepted", "m0", webhooks.new_secret(), number="X1")
        emergency_messages.receipted(sent, b'{"taken_by": "0317"}')
        emergency_messages.receipted(sent, b"no receipt")
        assert send("emergency.accepted", "m1", taken_by="0317", number="XF-20260309-7")["state"] == "accepted"
        assert send("emergency.accepted", "m1", taken_by="0317", number="XF-20260309-7")["repeated"]
        assert send("emergency.received", "m2", taken_by="0317")["state"] == "accepted"  # late, harmless
        with acting_as(city.actor("agent")):
            (one,) = queries.view(uid).offers
            assert (one.taken_by, one.their_number) == ("0317", "XF-20260309-7")
            with pytest.raises(Conflict, match="已有部门受理"):
                emergency.keep_here(uid, "想收回来")
        with as_system():
            assert Order.objects.get(number=number).transfers.get().their_number == "XF-20260309-7"
        send("emergency.feedback", "m3", text="火已扑灭，无人受伤。")
        with acting_as(city.actor("agent")):
            assert queries.view(uid).row.state == "closed"
        other = partner_of("120")
        body = json.dumps({"type": "emergency.declined", "data": {"handover": str(uid), "text": "不是我们的"}}).encode()
        headers = webhooks.sign_all([other.secret_in], "m9", clock.now(), body)
        with pytest.raises(NotFound):  # the hand-over of another service does not exist for this one
            incoming.take_in(str(other.uid), headers, body)


def test_without_an_agreement_nothing_of_a_person_goes_and_forgetting_strikes_the_sheet(city: City) -> None:
    partner_of("119", personal=False)
    number = danger(city)
    uid = begun(city, number, "119")
    with as_system():
        body = Delivery.objects.get(kind="emergency.offered").body
        assert "13812345678" not in body
        assert "欧阳试明" not in body
    with acting_as(city.actor("agent")):
        emergency.report(uid, "119", News.CALL_OFF, Told(text="报警人13812345678说火已经灭了"))
    with as_system():
        body = Delivery.objects.get(kind="emergency.called_off").body
        assert "火已经灭了" in body
        assert "13812345678" not in body
        order = Order.objects.get(number=number)
        forget_person(RequestForgotten(order.request_id, lambda text: text.replace("柳湾小区3号楼501", "●")))
        sheet = Sheet.from_json(json.loads(Handover.objects.get(uid=uid).sheet))
        assert (sheet.phone, sheet.name, sheet.place) == ("", "", "")
        assert "501" not in sheet.what
        assert not Delivery.objects.filter(kind="emergency.offered").exists()


def test_one_that_cannot_be_kept_silences_the_alarm_of_no_other(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: object) -> None:
        raise Conflict("not now")

    with clock.at(MONDAY):
        undecided = begun(city, danger(city), "119")
        with acting_as(city.actor("agent")):
            emergency.report(undecided, "119", News.DECLINE, Told(text="不属于消防"))
            new = NewRequest(text=WORDS.replace("3号楼", "7号楼"), place_text="柳湾小区7号楼501")
            waiting = emergency.begin(intake.receive(new).number, [("119", Way.VOICE)], Sheet("着火了"), key="k2")
    monkeypatch.setattr(emergency, "keep", refused)
    with clock.at(MONDAY + timedelta(minutes=11)):
        assert emergency_watch.watch() == 1
        with as_system():
            assert Handover.objects.get(uid=waiting).alarmed_at is not None
