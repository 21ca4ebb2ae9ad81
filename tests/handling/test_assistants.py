"""The eight assistants of the process: they propose, people decide; each is switched off by itself and is silent then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from factories import MONDAY, City, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries import rules
from minhu.directory.queries.advice import advise, matter_of
from minhu.directory.services.assistants import switch
from minhu.directory.types import ProcessStep, Urgency
from minhu.governance.models import Brief
from minhu.governance.queries import assistants
from minhu.governance.queries.briefs import brief_of
from minhu.governance.services import publish_brief, write_brief, write_due
from minhu.handling.models import AssistantAdvice, Order, Supervision
from minhu.handling.services import perform
from minhu.handling.services.sweeper import sweep
from minhu.handling.types import Step, StepData
from minhu.intake.models import IntakeDecision, Suggestion
from minhu.intake.services.receiving import receive
from minhu.intake.types import Channel, NewRequest, Outcome
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.usefixtures("monday")
WORDS = "云溪市滨江区柳湾街道柳湾小区3号楼自来水管爆裂停水两天了，请尽快抢修。"
S = ProcessStep


@contextmanager
def off(city: City, step: ProcessStep) -> Iterator[None]:
    with acting_as(city.actor("supervisor")):
        assert switch(step.value, on=False, reason="试验停用")
    yield
    with acting_as(city.actor("supervisor")):
        assert switch(step.value, on=True, reason="试验结束")


def received(text: str = WORDS) -> tuple[list[str], IntakeDecision, Order]:
    with as_system():
        made = receive(NewRequest(text=text, channel=Channel.WEB))
        fields = list(Suggestion.objects.filter(request_id=made.request_id).values_list("field", flat=True))
        return fields, IntakeDecision.objects.get(request_id=made.request_id), Order.objects.get(number=made.number)


def act(city: City, who: str, number: str, step: Step, **data: object) -> None:
    with acting_as(city.actor(who)):
        perform(number, step, StepData(**data))  # type: ignore[arg-type]


def test_who_is_switched_off_proposes_nothing_and_danger_is_told_all_the_same(city: City) -> None:
    fields, _decision, order = received()
    assert {"title", "category", "urgency"} <= set(fields), "all of them work by default"
    assert order.category_id
    with off(city, S.UNDERSTAND):
        fields, _decision, order = received("柳湾小区5号楼自来水停水一天了，请尽快抢修。")
        assert fields == ["urgency"]
        assert order.category_id is None
        _fields, decision, order = received("有人站在青枫路那栋楼的楼顶要跳下来，快来人！")
        assert order.urgency == Urgency.DANGER.value
        assert decision.recommended == "emergency"
    matter = matter_of(city.categories["A1"].pk, "990101001", "help")
    with off(city, S.DISPATCH):
        assert "已停用" in advise(matter).said.reason
    assert "已停用" not in advise(matter).said.reason
    with off(city, S.ACCEPT):
        _fields, decision, _order = received("我要起诉我的邻居，请问法院怎么立案，你们给我处理这个诉讼。")
        assert (decision.recommended, decision.confidence, decision.maker) == ("accept", 0.0, "off")
        _fields, decision, _order = received("救命，家里着火了，出不去！")
        assert decision.recommended == "emergency"
    with off(city, S.CHECK):
        assert "repeat" not in received()[0]
    assert "repeat" in received()[0]


def test_switching_needs_a_right_a_reason_and_leaves_its_version(city: City) -> None:
    for who, wanted in (("agent", NotAllowed), ("leader", NotAllowed)):
        with acting_as(city.actor(who)), pytest.raises(wanted):
            switch("urge", on=False, reason="不想看见催办")
    with acting_as(city.actor("supervisor")):
        with pytest.raises(Invalid):
            switch("urge", on=False, reason=" ")
        with pytest.raises(NotFound):
            switch("sing", on=False, reason="没有这一个")
        assert not switch("urge", on=True, reason="本来就开着")
        assert switch("urge", on=False, reason="演练期间停用")
    assert rules.assistants().off == {S.URGE}
    order = make_order(city, upto="in_progress")
    with clock.at(MONDAY + timedelta(days=60)), as_system():
        sweep()
        assert not Supervision.objects.filter(order=order).exists(), "nothing is urged by rule"
    with acting_as(city.actor("leader")):
        assert [one.step for one in assistants.assistants() if not one.on] == [S.URGE]


def test_a_doubtful_reply_is_shown_to_its_reviewer_and_what_he_does_is_counted(city: City) -> None:
    order = make_order(city, upto="in_progress")
    act(
        city,
        "water_handler",
        order.number,
        Step.REPLY,
        reply="此事不属于我局职责范围，建议您向市城管局反映。",
        solved=None,
    )
    with as_system():
        first = AssistantAdvice.objects.get(order=order)
        assert (first.step, first.proposal, first.outcome) == ("review", "reject", "pending")
    act(city, "water_head", order.number, Step.REJECT_REPLY, text="请转办，不要让群众自己跑")
    reply = "经现场核实，漏水是阀门老化所致，已于11月20日更换阀门，恢复供水，当天复查不再漏水。"
    act(city, "water_handler", order.number, Step.REPLY, reply=reply, solved=True, contact_result="已联系")
    act(city, "water_head", order.number, Step.APPROVE_REPLY)
    act(city, "supervisor", order.number, Step.CLOSE, text="群众认可", reason_code="citizen_agrees")
    with as_system():
        rows = list(
            AssistantAdvice.objects.filter(order=order).order_by("id").values_list("step", "proposal", "outcome")
        )
    assert rows[0] == ("review", "reject", "accepted")
    assert rows[1][::2] == ("review", "accepted" if rows[1][1] == "approve" else "changed")
    assert rows[2][0] == "call_back"
    assert rows[2][2] != "pending"
    with acting_as(city.actor("leader")):
        tally = assistants.assistant("review").tally
        assert (tally.made, tally.decided) == (2, 2)
        assert len(assistants.latest(S.REVIEW)) == 2
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        assistants.assistants()


def test_the_brief_counts_what_the_figures_count_and_is_published_once(city: City) -> None:
    make_order(city, upto="dispatched")
    make_order(city, upto="received")
    day = MONDAY.date()
    with acting_as(city.actor("supervisor")), pytest.raises(Invalid, match="还没有结束"):
        write_brief(day)
    with clock.at(MONDAY + timedelta(days=1)):
        write_due()
        write_due()
        with as_system():
            assert Brief.objects.count() == 1
        with acting_as(city.actor("leader")):
            found = brief_of(day)
            assert found.lines[0].text == "全天受理 2 件。"
        with acting_as(city.actor("inspector")), pytest.raises(NotAllowed):
            publish_brief(day, found.draft)
        with acting_as(city.actor("supervisor")):
            publish_brief(day, found.draft)
            with pytest.raises(Conflict):
                publish_brief(day, "再发一次")
            report = assistants.assistant("report").tally
        assert report.ends[Outcome.ACCEPTED] == 1
    with off(city, S.REPORT), clock.at(MONDAY + timedelta(days=2)):
        write_due()
        with as_system():
            assert Brief.objects.count() == 1, "a switched off assistant writes nothing"
