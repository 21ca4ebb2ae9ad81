"""What fits no category is found, several units say whose it is, somebody who is no party decides, and advice learns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories import City, make_city, make_order, make_request, make_staff, received
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Taxonomy
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.types import Role
from minhu.handling.models import JointCase, JointOpinion, Lesson, NewMatter, Order, TypeProposal
from minhu.handling.queries import joint as reading
from minhu.handling.services import joint, joint_effects, new_types, open_order
from minhu.handling.services.forgetting import forget_words
from minhu.handling.services.joint import CaseDraft, OpinionDraft, Verdict
from minhu.handling.types import JointState, OpinionKind
from minhu.intake.events import RequestForgotten
from minhu.intake.models import Suggestion
from minhu.intake.services.new_types import Usual
from minhu.intake.types import Outcome, SuggestedField
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def draft(city: City, **more: Any) -> CaseDraft:
    values: dict[str, Any] = {
        "title": "无人机夜间低空飞行扰民", "question": "是否属于贵单位职责，依据是什么？电话13912345678",
        "unit_ids": (city.unit("urban"), city.unit("housing")), "due_at": clock.now() + timedelta(days=2),
    }  # fmt: skip
    return CaseDraft(**(values | more))


def opened(city: City, count: int = 2, **more: Any) -> tuple[int, list[Order]]:
    orders = [make_order(city, **more) for _ in range(count)]
    with acting_as(city.actor("dispatcher")):
        for order in orders:
            new_types.mark(order.number)
        return joint.open_case(draft(city), [order.number for order in orders]), orders


def say(city: City, case: int, who: str = "urban", **more: Any) -> None:
    values: dict[str, Any] = {"kind": OpinionKind.OURS, "text": "属于市容管理职责。"}
    with acting_as(city.actor(f"{who}_head")):
        joint.give_opinion(case, city.unit(who), OpinionDraft(**(values | more)))


def say_all(city: City, case: int) -> None:
    say(city, case)
    say(city, case, "housing", kind=OpinionKind.OTHERS, right_unit_id=city.unit("urban"), text="不属于房屋管理。")


def verdict(city: City, **more: Any) -> Verdict:
    values: dict[str, Any] = {
        "unit_id": city.unit("urban"), "reason": "依职责清单由城管承办。", "category_id": city.categories["A2"].pk,
    }  # fmt: skip
    return Verdict(**(values | more))


def test_a_case_goes_from_the_question_to_orders_that_went_out(city: City) -> None:
    case, orders = opened(city, upto="to_dispatch")
    say_all(city, case)
    with acting_as(city.actor("supervisor")):
        done = joint.decide(case, verdict(city))
    assert (set(done.dispatched), done.left) == ({one.number for one in orders}, ())
    with as_system():
        for order in Order.objects.filter(pk__in=[one.pk for one in orders]):
            assert (order.state, order.lead_unit_id, order.category_id, order.dispatch_basis) == (
                "dispatched", city.unit("urban"), city.categories["A2"].pk, "会商裁定",
            )  # fmt: skip
        assert set(Lesson.objects.values_list("kind", "right_unit_id", "arbitrated", "category_id")) == {
            ("joint", city.unit("urban"), True, city.categories["A2"].pk)
        }
        assert not NewMatter.objects.filter(dropped_at=None).exists()
        kinds = set(Entry.objects.filter(subject_type="joint").values_list("kind", flat=True))
    assert kinds == {"joint.opened", "joint.opinion", "joint.decided"}
    with acting_as(city.actor("dispatcher")):
        assert reading.cases() == []
        assert [one.id for one in reading.cases(JointState.DECIDED)] == [case]


def test_before_acceptance_the_category_is_put_right_and_teaches(city: City) -> None:
    case, (order,) = opened(city, 1)
    with as_system():
        Suggestion.objects.create(
            request_id=order.request_id, field=SuggestedField.CATEGORY.value, value={"category_id": city.categories["A1"].pk},
            label="供水", confidence=0.4, basis="x", maker="x", made_at=clock.now(),
        )  # fmt: skip
    say_all(city, case)
    with acting_as(city.actor("supervisor")):
        assert joint.decide(case, verdict(city)).corrected == (order.number,)
    with as_system():
        order.refresh_from_db()
        assert (order.state, order.category_id) == ("received", city.categories["A2"].pk)
        assert Suggestion.objects.values_list("outcome", "final").get() == (
            Outcome.CHANGED.value,
            city.categories["A2"].pk,
        )


def test_who_is_a_party_does_not_decide_and_nobody_decides_before_the_time(city: City) -> None:
    case, _ = opened(city)
    with acting_as(city.actor("supervisor")), pytest.raises(Conflict, match="还有 2 个单位没有回复"):
        joint.decide(case, verdict(city))
    say_all(city, case)
    with acting_as(city.actor("supervisor")), pytest.raises(NotAllowed, match="自己所在的单位"):
        joint.decide(case, verdict(city, unit_id=city.unit("centre")))
    both = make_staff("both", city.units["urban"], Role.SUPERVISOR)
    with acting_as(actor_of_staff(both)), pytest.raises(NotAllowed, match="自己所在的单位"):
        joint.decide(case, verdict(city))
    with as_system():
        JointCase.objects.update(opened_by="supervisor")
    with acting_as(city.actor("supervisor")), pytest.raises(NotAllowed, match="发起会商"):
        joint.decide(case, verdict(city))
    for who in ("dispatcher", "urban_head", "agent", "leader"):
        with acting_as(city.actor(who)), pytest.raises(NotAllowed):
            joint.decide(case, verdict(city))


def test_a_late_case_is_told_once_and_may_be_decided(city: City) -> None:
    case, _ = opened(city)
    say(city, case)
    assert joint.raise_late() == 0
    with clock.at(clock.now() + timedelta(days=3)):
        assert joint.raise_late() == 1
        assert joint.raise_late() == 0
        with as_system():
            assert Entry.objects.get(kind="joint.late").payload["missing"] == [city.unit("housing")]
        with acting_as(city.actor("supervisor")):
            assert reading.waiting_cases(city.actor("supervisor")) == 1
            joint.decide(case, verdict(city))


def test_a_unit_reads_the_question_and_its_own_opinion_only(city: City) -> None:
    case, _ = opened(city)
    say(city, case)
    with acting_as(city.actor("housing_handler")):
        view = reading.case(case)
        assert view is not None
        assert "13912345678" not in view.question, "what goes to many units names nobody's telephone"
        assert [one.unit_name for one in view.opinions] == ["云溪市住建局"]
        assert view.orders == ()
        assert set(JointOpinion.objects.values_list("unit_id", flat=True)) == {city.unit("housing")}
        assert not NewMatter.objects.exists()
        assert reading.waiting_cases(city.actor("housing_handler")) == 1
        with pytest.raises(NotAllowed):
            joint.give_opinion(case, city.unit("urban"), OpinionDraft(OpinionKind.OURS, "不是我的单位"))
    with acting_as(city.actor("water_head")):
        assert reading.case(case) is None
        assert not JointCase.objects.exists()
        with pytest.raises(NotFound):
            joint.give_opinion(case, city.unit("water"), OpinionDraft(OpinionKind.OURS, "没有问过我们"))


def test_what_fits_nothing_is_asked_of_the_directory(city: City) -> None:
    case, _ = opened(city)
    say_all(city, case)
    with acting_as(city.actor("supervisor")):
        with pytest.raises(Invalid, match="写明建议新增的分类"):
            joint.decide(case, verdict(city, category_id=None))
        joint.decide(case, verdict(city, category_id=None, new_name="低空飞行", new_parent="A"))
    with acting_as(city.actor("system_admin")):
        (wanted,) = reading.proposals()
        assert (wanted.name, wanted.unit) == ("低空飞行", "云溪市城管局")
        with pytest.raises(Invalid):
            joint_effects.take_proposal(wanted.id, "")
        where = joint_effects.take_proposal(wanted.id, "A9")
        assert reading.proposals() == []
        with pytest.raises(Conflict):
            joint_effects.lay_aside(wanted.id)
    made = Taxonomy.objects.get(pk=int(where.partition("/")[2]))
    assert made.state == "draft"
    assert made.categories.filter(code="A9", name="低空飞行", parent__code="A").exists()


def test_a_duty_is_proposed_as_a_draft_of_the_duty_list(city: City) -> None:
    case, _ = opened(city)
    say_all(city, case)
    with acting_as(city.actor("supervisor")):
        with pytest.raises(Invalid):
            joint.decide(case, verdict(city, duty="低空飞行噪声管理"))
        joint.decide(case, verdict(city, duty="低空飞行噪声管理", basis="云溪市噪声管理办法第九条"))
    with acting_as(city.actor("system_admin")):
        (wanted,) = reading.proposals()
        assert joint_effects.take_proposal(wanted.id).startswith("duties/")
    assert TypeProposal.objects.get().taken


def test_a_withdrawn_case_gives_its_orders_back(city: City) -> None:
    case, orders = opened(city)
    with acting_as(city.actor("dispatcher")):
        with pytest.raises(Conflict):
            new_types.unmark(orders[0].number)
        with pytest.raises(Conflict):
            joint.open_case(draft(city), [orders[0].number])
        joint.withdraw(case, "已有分类可用")
        assert {row.number for group in reading.new_matters() for row in group} == {one.number for one in orders}
        new_types.unmark(orders[0].number)
        assert reading.waiting_marks() == 1
        with pytest.raises(NotFound):
            new_types.unmark(orders[0].number)
        new_types.mark(orders[0].number)
        assert reading.waiting_marks() == 2


def test_a_forgotten_person_is_struck_out_of_a_case_that_the_order_has_left(city: City) -> None:
    order = make_order(city)
    with acting_as(city.actor("dispatcher")):
        new_types.mark(order.number)
        asked = draft(city, title="欧阳试人反映的无人机扰民", question="欧阳试人家上空的无人机归谁管？")
        case = joint.open_case(asked, [order.number])
    with acting_as(city.actor("urban_head")):
        joint.give_opinion(case, city.unit("urban"), OpinionDraft(OpinionKind.OURS, "欧阳试人所说属实。"))
    with acting_as(city.actor("dispatcher")):
        joint.withdraw(case, "已有分类可用")
    with as_system():
        forget_words(RequestForgotten(order.request_id, lambda text: text.replace("欧阳试人", "某人")))
        row = JointCase.objects.get(pk=case)
        assert "欧阳试人" not in row.title + row.question
        assert JointOpinion.objects.get(unit_id=city.unit("urban")).text == "某人所说属实。"


@pytest.mark.parametrize(
    "wrong", [{"title": "无"}, {"question": ""}, {"unit_ids": ()}, {"due_at": clock.now() - timedelta(hours=1)},
              {"due_at": clock.now() + timedelta(days=90)}],
)  # fmt: skip
def test_a_case_without_words_units_or_time_is_refused(city: City, wrong: dict[str, Any]) -> None:
    order = make_order(city)
    with acting_as(city.actor("dispatcher")):
        new_types.mark(order.number)
        with pytest.raises(Invalid):
            joint.open_case(draft(city, **wrong), [order.number])
        with pytest.raises(Invalid):
            joint.open_case(draft(city), [])
    with as_system():
        assert not JointCase.objects.exists()


def told(city: City, text: str) -> Order:
    """An order with these words; the caller sees everything."""
    request = make_request(text=text, title="")
    return Order.objects.get(pk=open_order(received(city, request)).id)


WATER = (
    "小区从昨晚开始停水，全楼没水用",
    "水管爆裂，家里没有自来水",
    "自来水发黄有异味，不敢喝",
    "水压太低，六楼接不到水",
    "水表走得太快，水费偏高",
)
NOISE = (
    "楼下酒吧半夜放音乐，吵得睡不着",
    "工地凌晨施工噪声大",
    "广场舞音响太响影响休息",
    "烧烤店夜里猜拳喧哗扰民",
    "空压机整天轰鸣",
)


def test_the_program_marks_what_is_like_nothing_that_people_have_classified(city: City) -> None:
    for place in range(100):
        for code, texts in (("A1", WATER), ("A2", NOISE)):
            with as_system():
                request = told(city, f"{place % 37}号楼{texts[place % 5]}，请处理").request
                Suggestion.objects.create(
                    request_id=request.pk, field=SuggestedField.CATEGORY.value, value={}, label="", confidence=0.9, basis="",
                    maker="", made_at=clock.now(), outcome=Outcome.ACCEPTED.value, final=city.categories[code].pk,
                )  # fmt: skip
    with as_system():
        Order.objects.update(state="closed")
        told(city, "三号楼水管爆裂停水，家里没有自来水")
        strange = told(city, "邻居的机器人割草机半夜闯进院子把宠物兔子压伤，要求赔偿并管束")
    assert new_types.mark_new(Usual()) == 0
    with as_system():
        marks = {row.order_id: row for row in NewMatter.objects.all()}
    assert set(marks) == {strange.pk}
    row = marks[strange.pk]
    assert (row.score or 0.0) > (row.bound or 0.0)
    assert row.marked_by == "system"
    assert new_types.mark_new(Usual()) == 0
    with as_system():
        assert NewMatter.objects.count() == 1


def test_nothing_is_marked_while_too_little_is_known(city: City) -> None:
    make_order(city)
    assert new_types.mark_new(Usual()) == 0
    with as_system():
        assert not NewMatter.objects.exists()
