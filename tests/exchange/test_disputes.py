"""A consumer dispute goes to its enterprise and comes back: settled, refused, out of time; nothing leaves without consent."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.portals.staff_pages import body, signed_in

from factories import MONDAY, City, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import forget
from minhu.directory.types import Role
from minhu.exchange.domain.disputes import Matter, News, Phase, Row, Why, after, figures, obstacle, why
from minhu.exchange.models import Dispute, DisputeEntry, Enterprise, EnterpriseDoor
from minhu.exchange.queries import disputes as queries
from minhu.exchange.services import dispute_door, dispute_watch, disputes
from minhu.exchange.services.disputes import Consent
from minhu.exchange.services.forgetting import forget_person
from minhu.handling import services as handling
from minhu.handling.models import Clock, Order
from minhu.handling.types import Step, StepData
from minhu.intake import services as intake
from minhu.intake.codes import code_of
from minhu.intake.events import RequestForgotten
from minhu.intake.models import Request
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from minhu.ledger.models import Entry
from minhu.server.demo.enterprises import load_enterprises

WORDS = "我叫欧阳试明，在优购到家买的手机是坏的，客服一直不给退款，打我电话13812345678联系。"
FINE = Matter("在优购到家买的手机是坏的，不给退款")


@pytest.mark.parametrize(
    ("phase", "news", "asked", "expected", "reason"),
    [
        (Phase.ASKED, News.CONSENT, False, Phase.WAITING, None),
        (Phase.ASKED, News.OFFER, False, None, None),  # nobody answers what was not sent
        (
            Phase.ASKED,
            News.TAKEN_BACK,
            False,
            Phase.ENDED,
            Why.TAKEN_BACK,
        ),  # staff's doing is no refusal of the citizen
        (Phase.WAITING, News.ASK, False, Phase.MORE, None),
        (Phase.WAITING, News.ASK, True, None, None),  # once
        (Phase.WAITING, News.ACCEPT, False, None, None),  # there is no offer yet
        (Phase.WAITING, News.TIME_OUT, False, Phase.BACK, Why.NO_ANSWER),
        (Phase.WAITING, News.REFUSE, False, Phase.BACK, Why.REFUSED),
        (Phase.OFFERED, News.OFFER, False, None, None),  # a double submit changes nothing
        (Phase.OFFERED, News.REJECT, False, Phase.BACK, Why.DISSATISFIED),
        (Phase.OFFERED, News.TIME_OUT, False, Phase.BACK, Why.CITIZEN_SILENT),
        (Phase.MORE, News.SUSPENDED, False, Phase.BACK, Why.SUSPENDED),
        (Phase.BACK, News.OFFER, False, None, None),
        (Phase.SETTLED, News.TIME_OUT, False, None, None),
    ],
)
def test_what_follows_from_what(
    phase: Phase, news: News, asked: bool, expected: Phase | None, reason: Why | None
) -> None:
    assert after(phase, news, asked_before=asked) is expected
    assert expected is None or why(phase, news) is reason


@pytest.mark.parametrize(
    ("matter", "words"),
    [
        (FINE, ""),
        (Matter("楼道灯坏了没人修"), "看不出是消费纠纷"),
        (Matter("楼道灯坏了没人修", deadline_key="consumer"), ""),
        (Matter("买的热水器漏电，孩子触电住院了"), "人身伤害"),
        (Matter(FINE.text, urgency="urgent"), "紧急"),
        (Matter(FINE.text, confidential=True), "保密"),
        (Matter(FINE.text, sensitive=True), "敏感"),
        (Matter(FINE.text, request_type="report"), "举报"),
        (Matter(FINE.text, before_unit=False), "已经派单"),
    ],
)
def test_what_may_go_to_an_enterprise_at_all(matter: Matter, words: str) -> None:
    found = obstacle(matter)
    assert words in found
    assert bool(found) is bool(words)


def test_figures_count_what_was_sent_and_only_what_is_over() -> None:
    rows = [
        Row("甲", Phase.SETTLED, "", True, 5, MONDAY), Row("甲", Phase.SETTLED, "", True, 2, MONDAY),
        Row("甲", Phase.BACK, Why.NO_ANSWER.value, False, None, MONDAY), Row("甲", Phase.WAITING, "", None, None, MONDAY),
        Row("甲", Phase.DECLINED, "", None, None, None),
    ]  # fmt: skip
    found = figures("甲", rows)
    assert (found.sent, found.running, found.settled, found.settled_in_time, found.back_silent) == (4, 1, 2, 2, 1)
    assert found.settled_share == pytest.approx(2 / 3)
    assert found.satisfaction == 3.5
    assert figures("乙", []).settled_share is None


def registered(city: City) -> dict[str, Enterprise]:
    with clock.at(MONDAY):
        load_enterprises()
    city.staff["security"] = make_staff("security", city.units["centre"], Role.SECURITY_ADMIN)
    forget()
    with as_system():
        return {row.aliases[0]: row for row in Enterprise.objects.all()}


def complaint(city: City, words: str = WORDS) -> str:
    with acting_as(city.actor("agent")):
        return intake.receive(
            NewRequest(text=words, requester_name="欧阳试明", requester_phone="13812345678", request_type="complaint")
        ).number


def citizen(number: str) -> Actor:
    with as_system():
        own = Order.objects.values_list("request_id", flat=True).get(number=number)
    return Actor(kind="citizen", id="citizen", roles=frozenset({"citizen"}), own_requests=(own,))


def state(number: str) -> str:
    with as_system():
        return str(Order.objects.get(number=number).state)


def opened(city: City, enterprise: Enterprise) -> dispute_door.Entered:
    with acting_as(city.actor("security")):
        issued = dispute_door.issue(enterprise.pk)
    uid, _until = dispute_door.enter(issued.link, issued.code.lower())
    return dispute_door.behind(uid)


def sent(city: City, number: str, enterprise: Enterprise, *, contact: bool = False) -> UUID:
    with acting_as(city.actor("agent")):
        return disputes.ask(number, enterprise.pk, consent=Consent(True, contact), key="s1")


def settled(city: City, number: str, uid: UUID) -> None:
    """What a settlement leaves: the reply, the ledger, no clock, the figures; and what a forgotten person leaves."""
    with as_system():
        order = Order.objects.get(number=number)
        assert order.state == "to_call_back"
        assert "全额退款" in order.public_reply
        assert Entry.objects.filter(kind="dispute.step").count() == 6
        assert not Clock.objects.filter(order=order, kind="enterprise", stopped_at=None).exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            DisputeEntry.objects.update(kind="x")
    with acting_as(city.actor("supervisor")):
        all_of_them = queries.all_figures()[-1]
        assert (all_of_them.sent, all_of_them.settled_in_time, all_of_them.satisfaction) == (1, 1, 5)
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        queries.all_figures()
    with as_system():
        request_id = Order.objects.values_list("request_id", flat=True).get(number=number)
        forget_person(RequestForgotten(request_id, lambda text: text.replace("欧阳试明", "＊")))
        assert "欧阳试明" not in Dispute.objects.get(uid=uid).words


@pytest.mark.django_db
def test_asked_agreed_asked_for_more_offered_and_settled(city: City) -> None:
    known = registered(city)
    shop, other = known["优购到家"], known["河畔百货"]
    with clock.at(MONDAY):
        number = complaint(city)
        me = citizen(number)
        before = opened(city, shop)
        with acting_as(city.actor("agent")):
            uid = disputes.ask(number, shop.pk, key="a1")
            assert disputes.ask(number, shop.pk, key="a1") == uid
            with pytest.raises(Conflict, match="另一家"):
                disputes.ask(number, other.pk)
        assert state(number) != "with_enterprise"
        assert dispute_door.mine(before) == [], "without the consent it does not even exist for them"
        with pytest.raises(NotFound):
            dispute_door.answer(before, uid, News.OFFER, "可以退款，请提供订单号。")
        with (
            acting_as(Actor(kind="citizen", id="other", roles=frozenset({"citizen"}), own_requests=(10**9,))),
            pytest.raises(NotAllowed),
        ):
            disputes.consent(uid, Consent(True))
        with acting_as(me):
            assert disputes.consent(uid, Consent(True), key="c1") is Phase.WAITING
            assert disputes.consent(uid, Consent(True, contact=True), key="c1") is Phase.WAITING
        assert state(number) == "with_enterprise"
        view, shown = dispute_door.shown(before, uid)
        assert shown is not None
        assert (shown.name, shown.phone) == ("", ""), "the same key again does not widen the consent"
        assert "13812345678" not in shown.words
        assert view.due_at is not None
        assert timedelta(days=2) < view.due_at - MONDAY < timedelta(days=4), "three working days were agreed"
        assert dispute_door.answer(before, uid, News.ASK, "请提供订单号。\x00<script>", key="k1") is Phase.MORE
    with clock.at(MONDAY + timedelta(days=1)):
        with acting_as(me):
            with pytest.raises(Invalid):
                disputes.choose(uid, News.TELL, " ")
            assert disputes.choose(uid, News.TELL, "订单号 YG20260309", key="t1") is Phase.WAITING
        with pytest.raises(Conflict, match="补充过一次"):
            dispute_door.answer(before, uid, News.ASK, "还要发票。")
        assert dispute_door.answer(before, uid, News.OFFER, "三天内全额退款。", key="k2") is Phase.OFFERED
        assert dispute_door.answer(before, uid, News.REFUSE, "不处理了，撤回方案。", key="k2") is Phase.OFFERED
        with acting_as(me):
            with pytest.raises(Invalid, match="1 至 5"):
                disputes.choose(uid, News.ACCEPT, satisfaction=9)
            assert disputes.choose(uid, News.ACCEPT, satisfaction=5, key="y1") is Phase.SETTLED
            found = queries.of_order(number)[0]
            assert [line.kind for line in found.lines] == ["asked", "consent", "ask", "tell", "offer", "accept"]
    settled(city, number, uid)
    assert dispute_door.shown(before, uid)[1] is None, "what is over shows nothing of the person"


@pytest.mark.django_db
def test_out_of_time_it_is_a_government_order_with_a_fresh_clock(city: City) -> None:
    known = registered(city)
    with clock.at(MONDAY):
        number, second, third = (
            complaint(city),
            complaint(city, WORDS + "第二件。"),
            complaint(city, WORDS + "第三件。"),
        )
        uid = sent(city, number, known["优购到家"], contact=True)
        refused, taken = sent(city, second, known["优购到家"]), sent(city, third, known["河畔百货"])
        door, foreign = opened(city, known["优购到家"]), opened(city, known["河畔百货"])
        shown = dispute_door.shown(door, uid)[1]
        assert shown is not None
        assert shown.phone == "13812345678", "he agreed to that"
        with pytest.raises(NotFound):
            dispute_door.shown(foreign, uid)
        with pytest.raises(NotFound):
            dispute_door.answer(foreign, uid, News.REFUSE, "不是我们卖的。")
        assert dispute_door.answer(door, refused, News.REFUSE, "订单超过保修期。") is Phase.BACK
        assert state(second) == "to_dispatch"
        with acting_as(city.actor("agent")), pytest.raises(Conflict, match="不再交企业"):
            disputes.ask(second, known["优购到家"].pk, consent=Consent(True))
        with acting_as(city.actor("dispatcher")), pytest.raises(NotAllowed):
            handling.take(number, Step.ENTERPRISE_BACK, StepData(text="手工"))
        with acting_as(citizen(third)):
            handling.take(third, Step.WITHDRAW, StepData(text="不用了"))
        assert dispute_watch.watch() == 0
    late = MONDAY + timedelta(days=6)
    with clock.at(late):
        with pytest.raises(Conflict, match="时限已过"):
            dispute_door.answer(door, uid, News.OFFER, "现在可以退款了。")
        assert dispute_watch.watch() == 1
        assert dispute_watch.watch() == 0
        assert state(number) == "to_dispatch"
        with as_system():
            fresh = Clock.objects.get(order__number=number, kind="dispatch", stopped_at=None)
            assert fresh.started_at == late
            ends = dict(Dispute.objects.values_list("uid", "why"))
            assert ends == {uid: "no_answer", refused: "refused", taken: "moved_on"}
        with acting_as(city.actor("agent")):
            fourth = sent(city, complaint(city, WORDS + "第四件。"), known["轻行出行"])
        with as_system():
            Enterprise.objects.filter(pk=known["轻行出行"].pk).update(suspended=True)
        assert dispute_watch.watch() == 1
        with acting_as(city.actor("agent")):
            assert queries.one(fourth).why == "企业已暂停先行答复"
            with pytest.raises(Invalid, match="不接受"):
                disputes.ask(complaint(city, WORDS + "第五件。"), known["轻行出行"].pk)
            with pytest.raises(Invalid, match="已经派单"):
                disputes.ask(third, known["河畔百货"].pk)


@pytest.mark.django_db
def test_a_door_opens_by_link_and_code_only_and_guessing_closes_it(city: City) -> None:
    shop = registered(city)["优购到家"]
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        dispute_door.issue(shop.pk)
    with clock.at(MONDAY):
        with acting_as(city.actor("security")):
            old, issued = dispute_door.issue(shop.pk), dispute_door.issue(shop.pk)
        for link in (old.link, "x" * 32, ""):
            with pytest.raises(NotFound):
                dispute_door.enter(link, issued.code)
        for wrong in range(5):
            with pytest.raises(TooMany if wrong == 4 else NotAllowed):
                dispute_door.enter(issued.link, old.code)
        with pytest.raises(TooMany):
            dispute_door.enter(issued.link, issued.code)
    with clock.at(MONDAY + timedelta(minutes=16)):
        uid, _until = dispute_door.enter(issued.link, issued.code)
        assert dispute_door.behind(uid).name == shop.name
        with as_system():
            assert issued.link not in str(EnterpriseDoor.objects.values().last())
        with acting_as(city.actor("security")):
            dispute_door.revoke(shop.pk)
        with pytest.raises(NotFound):
            dispute_door.behind(uid)
        with acting_as(city.actor("security")):
            newest = dispute_door.issue(shop.pk)
    with clock.at(MONDAY + timedelta(days=91)), pytest.raises(NotFound, match="过期"):
        dispute_door.enter(newest.link, newest.code)


def agreeing(number: str) -> Client:
    """A citizen who opens the request by number and code and agrees on the page."""
    me = Client()
    with as_system():
        request_id = Order.objects.values_list("request_id", flat=True).get(number=number)
        code = code_of(Request.objects.get(pk=request_id).uid)
    assert me.get(f"/r/{number}/enterprise/").status_code == 302, "number and code first"
    me.post("/follow/", {"number": number, "code": code})
    assert "请您决定" in body(me.get(f"/r/{number}/"))
    assert "我同意把这件诉求的内容交给这家企业" in body(me.get(f"/r/{number}/enterprise/"))
    assert me.post(f"/r/{number}/enterprise/", {"given": ""}).status_code == 422
    assert me.post(f"/r/{number}/enterprise/", {"given": "yes", "key": "y"}).status_code == 302
    assert state(number) == "with_enterprise"
    return me


@pytest.mark.django_db
def test_the_pages_of_the_desk_the_citizen_and_the_enterprise(city: City) -> None:
    known = registered(city)
    shop = known["优购到家"]
    agent, admin = signed_in(city, "agent"), signed_in(city, "security")
    assert "现在没有企业在处理的纠纷" in body(agent.get("/desk/disputes/"))
    assert "这段时间没有交给企业的纠纷" in body(signed_in(city, "supervisor").get("/supervision/enterprises/"))
    number = complaint(city)
    page = body(agent.get(f"/orders/{number}/"))
    assert "请先征得群众同意" in page
    begin = f"/desk/disputes/begin/{number}/"
    agent.post(begin, {"enterprise": shop.pk, "how": "heard", "key": "b0"})
    assert state(number) != "with_enterprise", "the box was not ticked"
    assert agent.post(begin, {"enterprise": shop.pk, "how": "page", "key": "b1"}).status_code == 302
    me = agreeing(number)
    issued = admin.post(f"/manage/enterprises/{shop.pk}/door/").context["issued"]
    assert agent.post(f"/manage/enterprises/{shop.pk}/door/").status_code == 403
    firm = Client()
    assert firm.get("/enterprise/").status_code == 404
    door = f"/enterprise/open/{issued.link}/"
    assert firm.post(door, {"code": "WRONG"}).status_code == 401
    assert firm.post(door, {"code": issued.code}).status_code == 302
    with as_system():
        dispute, counted = Dispute.objects.get(), EnterpriseDoor.objects.get(ended_at=None)
    assert counted.failures == 0
    inside = f"/enterprise/disputes/{dispute.uid}/"
    assert str(dispute.uid) in body(firm.get("/enterprise/"))
    shown = body(firm.get(inside))
    assert "13812345678" not in shown
    assert "没有同意告知姓名和电话" in shown
    assert firm.get(f"/orders/{number}/").status_code in (302, 403), "nothing else of the house opens"
    assert firm.post(inside, {"news": "accept", "text": "替消费者接受"}).status_code == 422
    hostile = "<script>alert(1)</script>全额退款，三天到账。"
    assert firm.post(inside, {"news": "offer", "text": hostile, "key": "o"}).status_code == 302
    assert firm.post(inside, {"news": "refuse", "text": "又不处理了。", "key": "p"}).status_code == 409
    told = body(me.get(f"/r/{number}/enterprise/"))
    assert "全额退款" in told
    assert "<script>alert" not in told
    assert "全额退款" in body(agent.get(f"/desk/disputes/{dispute.uid}/"))
    assert signed_in(city, "water_head").get(f"/desk/disputes/{dispute.uid}/").status_code == 403
    bad = {"news": "reject", "text": "", "key": "z"}
    assert me.post(f"/r/{number}/enterprise/", bad).status_code == 422, "say why"
    assert me.post(f"/r/{number}/enterprise/", {**bad, "text": "只退一半，不接受。"}).status_code == 302
    assert state(number) == "to_dispatch"
    assert "群众不满意企业的方案" in body(agent.get(f"/orders/{number}/"))
    watcher = signed_in(city, "supervisor")
    assert "云溪优购电子商务有限公司" in body(watcher.get("/supervision/enterprises/"))
    assert watcher.post("/supervision/enterprises/export/").headers["Content-Type"].endswith("sheet")
    assert agent.get("/supervision/enterprises/").status_code == 403
    admin.post(f"/manage/enterprises/{shop.pk}/door/", {"close": "1"})
    assert firm.get(inside).status_code == 404, "closed: outside at once"
