"""Handing over by telephone, and what a hotline may not do to orders that are not its own."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from factories import City, make_order, make_unit
from minhu.directory.access import acting_as, as_system
from minhu.directory.types import UnitKind
from minhu.engines import webhooks
from minhu.exchange.domain import messages
from minhu.exchange.models import Delivery, Partner, Transfer, TransferItem
from minhu.exchange.services import partners
from minhu.exchange.services.forgetting import forget_person
from minhu.exchange.types import PartnerData
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake.events import RequestForgotten
from minhu.intake.models import Attachment
from minhu.intake.services import supplement
from minhu.kernel import clock, keeping
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.server import retention

pytestmark = pytest.mark.django_db


def hotline(label: str, code: str, url: str = "https://partner.example/in") -> Partner:
    unit = make_unit(code, f"{label}中心", UnitKind.HOTLINE_CENTRE)
    with as_system():
        uid, _, _ = partners.add(PartnerData(label=label, kind="hotline", url=url, unit_id=unit.pk))
    return Partner.objects.get(uid=uid)


def hand_over(city: City, unit_id: int | None) -> str:
    number = make_order(city).number
    data = StepData(reason_code="other_city", text="事发地在邻州", unit_id=unit_id)
    with acting_as(city.actor("dispatcher")):
        take(number, Step.TRANSFER, data)
    return number


def post(partner: Partner, kind: str, data: dict[str, Any]) -> Any:
    body = json.dumps({"type": kind, "timestamp": "", "data": data}).encode()
    headers = webhooks.sign(partner.secret_in, uuid.uuid4().hex, clock.now(), body)
    return Client().post(f"/hooks/{partner.uid}/", body, content_type="application/json", headers=headers)


def test_persons_go_out_only_over_a_way_that_nobody_can_read(city: City) -> None:
    unit = make_unit("near", "邻州市热线中心", UnitKind.HOTLINE_CENTRE)
    data = PartnerData(label="邻州", kind="hotline", url="http://partner.example/in", unit_id=unit.pk, personal=True)
    with as_system(), pytest.raises(Invalid) as refused:
        partners.add(data)
    assert "https" in (refused.value.fields or {})["url"]


def test_a_hotline_without_a_connection_is_rung_up_and_its_receipt_recorded(city: City) -> None:
    unit = make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE)
    number = hand_over(city, unit.pk)
    with as_system():
        row = Transfer.objects.get(order__number=number)
        assert (row.by_phone, row.whom, row.state) == (True, "远州市热线中心", "offered")
        assert not Delivery.objects.exists()
    with acting_as(city.actor("dispatcher")):
        take(number, Step.TRANSFER_TAKEN, StepData(text="接收人：08 号话务员；对方编号：F-2026-9；时间 10:20"))
        with pytest.raises(Conflict, match="已经接收"):
            take(number, Step.TRANSFER_TAKEN, StepData(text="再来一次"))
        take(number, Step.TRANSFER_DONE, StepData(reply="对方已答复群众。", solved=True))
    with as_system():
        row = Transfer.objects.get(order__number=number)
        assert (row.state, row.ended_at is not None) == ("done", True)
        order = Order.objects.get(number=number)
        assert (order.state, order.public_reply) == ("to_call_back", "对方已答复群众。")


def test_words_added_after_half_a_year_still_go_over_because_the_offer_is_kept(city: City) -> None:
    mine = hotline("邻州热线", "near")
    number = hand_over(city, mine.unit_id)
    with as_system():
        row = Transfer.objects.get(order__number=number)
        long_ago = clock.now() - timedelta(days=keeping.HALF_A_YEAR + 20)
        Delivery.objects.update(state="delivered", created_at=long_ago)
        other = Delivery.objects.create(
            partner=mine, message_id="msg_old", kind="order.changed", body="{}", state="delivered", created_at=long_ago
        )
    retention.expire("sent")
    with as_system():
        assert not Delivery.objects.filter(pk=other.pk).exists()
        assert Delivery.objects.filter(message_id=row.message_id).exists()
        supplement(row.order.request_id, "补充：路灯旁边的井盖也坏了。")
        assert Delivery.objects.filter(kind="transfer.supplemented").count() == 1
        Transfer.objects.filter(pk=row.pk).update(ended_at=clock.now(), state="done")
    retention.expire("sent")
    with as_system():
        assert not Delivery.objects.filter(message_id=row.message_id).exists()


def test_only_a_hotline_and_not_our_own_can_be_handed_to(city: City) -> None:
    for unit in ("water", "centre"):
        with pytest.raises(Invalid):
            hand_over(city, city.unit(unit))
    with acting_as(city.actor("water_handler")), pytest.raises(NotAllowed):
        take(make_order(city, upto="dispatched").number, Step.TRANSFER, StepData(text="x", unit_id=city.unit("centre")))


def test_another_hotline_speaks_only_of_what_was_handed_to_it(city: City) -> None:
    mine, other = hotline("邻州热线", "near"), hotline("远州热线", "far")
    number = hand_over(city, mine.unit_id)
    with as_system():
        uid = str(Transfer.objects.get(order__number=number).uid)
    done = {"transfer": uid, "reply": "假的答复"}
    assert post(other, "transfer.done", done).status_code == 404
    assert post(mine, "transfer.done", {**done, "transfer": str(uuid.uuid4())}).status_code == 404
    assert post(mine, "transfer.done", {**done, "transfer": "not a uuid"}).status_code == 404
    assert post(mine, "order.replied", {"number": number, "reply": "假的", "solved": True}).status_code == 422
    assert post(mine, "transfer.taken", {"transfer": uid, "number": "N-1", "taken_by": "3 号席"}).status_code == 200
    assert post(mine, "transfer.done", {**done, "reply": "真的答复"}).status_code == 200
    assert post(mine, "transfer.progress", {"transfer": uid, "text": "又一条"}).status_code == 409
    with as_system():
        row = Transfer.objects.get(uid=uid)
        assert (row.their_number, row.taken_by, row.state) == ("N-1", "3 号席", "done")


def test_an_offer_is_one_request_and_cannot_take_over_a_known_transfer(city: City) -> None:
    partner = hotline("邻州热线", "near")
    offer = {"transfer": str(uuid.uuid4()), "number": "2603090000011", "text": "邻州市民反映柳湾路路灯不亮。"}
    first = post(partner, "transfer.offered", offer)
    assert first.status_code == 200
    assert post(partner, "transfer.offered", offer).status_code == 409
    with as_system():
        order = Order.objects.select_related("request").get(number=first.json()["number"])
        assert order.request.source["their_number"] == "2603090000011"
        assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"text": ""}, {"text": None}, {"text": "短"}, {"transfer": 5}, {"number": "x"}, {"phone": "12"}, {"name": ["a"]}],
)
def test_a_broken_offer_is_refused_whole(city: City, changed: dict[str, Any]) -> None:
    partner = hotline("邻州热线", "near")
    offer = {
        "transfer": str(uuid.uuid4()),
        "number": "2603090000011",
        "text": "邻州市民反映柳湾路路灯不亮。",
        **changed,
    }
    assert post(partner, "transfer.offered", offer).status_code == 422
    with as_system():
        assert not Order.objects.exists()


def test_the_other_hotline_has_its_own_time_to_answer(city: City) -> None:
    from minhu.handling.models import Clock

    number = hand_over(city, make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE).pk)
    with as_system():
        running = Clock.objects.get(order__number=number, stopped_at=None)
    assert (running.kind, running.subject, running.amount, running.unit) == ("receipt", "其他热线接收", 4, "hours")


def test_an_emergency_is_handed_over_by_telephone_with_its_receipt(city: City) -> None:
    number = make_order(city).number
    with acting_as(city.actor("dispatcher")):
        take(number, Step.HAND_OVER, StepData(reason_code="110", text="三方通话转接"))
        late = clock.now() + timedelta(hours=1)
        with pytest.raises(Invalid, match="将来"):
            take(number, Step.RECEIPT, StepData(text="已出警", taken_at=late))
        told = StepData(text="已出警", taken_by="警号 0071", their_number="JQ-88", taken_at=clock.now())
        take(number, Step.RECEIPT, told)
    with as_system():
        row = Transfer.objects.get(order__number=number)
        assert (row.by_phone, row.whom.startswith("转 110"), row.their_number, row.state) == (
            True,
            True,
            "JQ-88",
            "taken",
        )
        assert "接收人：警号 0071；对方编号：JQ-88" in row.note
        public = Order.objects.get(number=number).steps.last()
    assert public is not None
    assert "0071" not in public.public_text, "the citizen is told that it was taken, not by whom"
    with acting_as(city.actor("dispatcher")):
        take(number, Step.TAKE_BACK, StepData(text="经核实由本热线办理"))
        take(number, Step.HAND_OVER, StepData(reason_code="119", text="再次转接"))
    with as_system():
        assert sorted(Transfer.objects.filter(order__number=number).values_list("state", flat=True)) == [
            "offered",
            "taken_back",
        ]


def test_only_named_files_are_taken_and_only_then_may_a_message_be_long(city: City) -> None:
    partner = hotline("邻州热线", "near")
    content = b"%PDF-1.4\n" + b"x" * 400_000
    brought = {"transfer": str(uuid.uuid4()), "file": str(uuid.uuid4()), "content": base64.b64encode(content).decode()}
    assert post(partner, "transfer.file", brought).status_code == 413
    assert post(partner, "transfer.file", {**brought, "content": ""}).status_code == 409
    named = {"name": "借条.exe", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    files = [
        {"file": brought["file"], **named},
        {"file": str(uuid.uuid4()), **named, "size": 1 << 30},
    ]
    offer = {
        "transfer": brought["transfer"],
        "number": "2603090000011",
        "text": "邻州市民反映柳湾路路灯不亮。",
        "files": files,
    }
    taken = post(partner, "transfer.offered", offer)
    assert taken.status_code == 200
    assert "20 MB" in taken.json()["refused"][files[1]["file"]]
    other = hotline("远州热线", "far")
    assert post(other, "transfer.file", {**brought, "content": ""}).status_code == 409
    answer = post(partner, "transfer.file", brought).json()
    assert answer["state"] == "refused", "what an upload may not be, a transfer does not bring in"
    assert answer["reason"]
    with as_system():
        assert not Attachment.objects.exists()
        assert sorted(TransferItem.objects.values_list("state", flat=True)) == ["refused", "refused"]


def test_a_forgotten_person_is_in_no_row_of_a_transfer(city: City) -> None:
    number = hand_over(city, hotline("邻州热线", "near").unit_id)
    with as_system():
        row = Transfer.objects.get(order__number=number)
        Transfer.objects.filter(pk=row.pk).update(note="欧阳晓明 13812345678")
        row.items.create(kind="file", name="欧阳晓明身份证.jpg", announced_by=row.message_id, at=clock.now())
        forget_person(RequestForgotten(row.order.request_id, lambda text: text.replace("欧阳晓明", "某人")))
        assert not Delivery.objects.filter(message_id=row.message_id).exists()
        assert Transfer.objects.get(pk=row.pk).note == "某人 13812345678"
        assert row.items.get().name == "附件"


def test_later_words_are_taken_whole_or_refused() -> None:
    said = {"transfer": "t" * 32, "item": "i" * 32, "text": "路" * 5000}
    assert messages.parsed(messages.Supplemented, said).text == "路" * 5000
    with pytest.raises(Invalid) as long:
        messages.parsed(messages.Supplemented, said | {"text": "路" * 5001})
    assert long.value.fields == {"text": "内容过长。"}
