"""From a case people differ about to a model in force and back again; nobody promotes alone, nothing personal is learned."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest

import factories
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import forget
from minhu.intake import learned, lexicon, services
from minhu.intake.models import Drift, Fingerprint, FrozenSet, Label, LabelCase, LearnedModel, Request, Suggestion
from minhu.intake.queries import learning as queries
from minhu.intake.services import labelling, learning, queueing
from minhu.intake.services.drifting import compared, watch
from minhu.intake.types import NewRequest, Outcome, QueueReason
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.language.categories import ModelError
from minhu.ledger.queries import entries_of

from .conftest import staff

pytestmark = pytest.mark.django_db
WATER = "柳湾街道{at}号楼水龙头放不出水，已经{at}个小时，电话138000{at:05d}，请抢修水管。"
NOISE = "隔壁工地夜里{at}点还在打桩，声音吵得睡不着，第{at}次反映。"
PHRASES = {
    "A1": "自来水停了|水管爆裂|水压太小|水龙头没水|水质发黄|水表坏了|供水公司不接单|地下管道漏水|二次供水水箱脏|水费算错|阀门关不上|抢修队没来|"
    "整栋断水|热水也没有|消防栓喷水|停水没有通知",
    "A2": "工地打桩|夜间施工|广场舞音响|酒吧唱歌|空调外机轰鸣|汽车改装炸街|切割石材|装修电钻|渣土车鸣笛|音箱太响|狗叫不停|机器震动|半夜搬货|喇叭叫卖|"
    "噪声超标|吵得睡不着",
    "B1": "物业乱收费|电梯维保拖延|小区卫生差|保安不登记|绿化枯死|业委会不换届|车位涨价|公共收益不公示|楼道堆杂物|门禁失灵|垃圾桶满了|维修基金不明|"
    "物业经理推诿|监控坏了|消防通道堵|路灯不亮",
}


def words(code: str, at: int) -> str:
    """A text of one category that is no near-copy of another."""
    chance = random.Random(f"{code}{at}")
    said = chance.sample(PHRASES[code].split("|"), 4)
    return "，".join(said) + f"，电话138000{at:05d}。"


def person(name: str, *roles: str) -> Actor:
    return Actor("staff", name, name, roles=frozenset(roles))


ANN, BEN, CAT = (person(name, "dispatcher") for name in ("ann", "ben", "cat"))
ONE, TWO = person("one", "system_admin"), person("two", "system_admin")


@pytest.fixture
def city() -> factories.City:
    with as_system():
        made = factories.make_city()
    forget()
    return made


def taught(city: factories.City, count: int = 50) -> list[int]:
    """Requests whose category a person accepted or changed."""
    keys = []
    for at in range(count):
        for code in PHRASES:
            with as_system():
                row = factories.make_request(text=words(code, at), title="", content_digest=f"{code}{at:062d}")
                Suggestion.objects.create(
                    request=row, field="category", value={"code": code}, label=code, confidence=0.4, basis="x", maker="m",
                    made_at=row.received_at, outcome=Outcome.CHANGED if at % 2 else Outcome.ACCEPTED,
                    final=city.categories[code].pk, decided_by="ann",
                )  # fmt: skip
                Fingerprint.objects.create(request_id=row.pk, received_at=row.received_at, marks=[at << 33])
            keys.append(row.pk)
    return keys


def trained(city: factories.City, by: Actor = ONE) -> LearnedModel:
    taught(city)
    with acting_as(by):
        row = learning.ask_training()
    learning.train_in_background(row.pk)
    row.refresh_from_db()
    return row


def queued(city: factories.City, text: str = WATER) -> int:
    request_id = services.receive(NewRequest(text=text.format(at=7))).request_id
    with as_system():
        queueing.dispute(request_id, QueueReason.DISPUTED)
    return request_id


def test_what_is_uncertain_disputed_or_strange_is_queued_and_never_twice(city: factories.City) -> None:
    taught(city, 9)
    assert queueing.fill_queue() > 0
    with as_system():
        reasons = set(LabelCase.objects.values_list("reason", flat=True))
        first = LabelCase.objects.count()
    assert QueueReason.DISPUTED.value in reasons
    assert queueing.fill_queue() == 0 or first < queueing.MOST_OPEN
    with as_system():
        assert LabelCase.objects.count() == len(set(LabelCase.objects.values_list("pk", flat=True)))


def test_a_returned_order_is_a_case(city: factories.City) -> None:
    order = factories.make_order(city, upto="dispatched")
    from minhu.handling import events
    from minhu.kernel.events import publish

    with as_system():
        publish(events.OrderChanged(order.pk, order.number, "approve_return", "", "", (), 1))
        assert LabelCase.objects.get(pk=order.request_id).reason == QueueReason.RETURNED.value


def test_two_people_agree_and_the_case_is_closed(city: factories.City) -> None:
    request_id = queued(city)
    with acting_as(ANN):
        case = queries.next_case()
        assert case is not None
        assert (case.request_id, case.others) == (request_id, 0)
        assert "13800000007" not in case.text
        labelling.label(request_id, "A1")
        assert queries.next_case() is None, "nobody is asked twice"
        with pytest.raises(Conflict):
            labelling.label(request_id, "A2")
    with acting_as(BEN):
        assert queries.next_case().others == 1  # type: ignore[union-attr]
        labelling.label(request_id, "A1")
        assert queries.queue().agreement == 1.0
    with acting_as(CAT), pytest.raises(Conflict):
        labelling.label(request_id, "A1")
    with as_system():
        assert LabelCase.objects.get().closed_at is not None
        kinds = [entry.kind for entry in entries_of(("request", request_id))]
        assert kinds.count("learning.labelled") == 2
        assert [row.code for row in learning.taught()] == ["A1"]


def test_where_two_differ_a_third_decides_and_until_then_nothing_is_learned(city: factories.City) -> None:
    request_id = queued(city)
    for who, code in ((ANN, "A1"), (BEN, "B1")):
        with acting_as(who):
            labelling.label(request_id, code)
    with as_system():
        assert learning.taught() == []
        assert LabelCase.objects.get().closed_at is None
    with acting_as(CAT):
        labelling.label(request_id, "B1")
    with as_system():
        assert [row.code for row in learning.taught()] == ["B1"]
        assert LabelCase.objects.get().closed_at is not None
    with acting_as(CAT):
        assert labelling.undo() == request_id
        assert queries.next_case() is not None
        assert labelling.undo() is None
    with as_system():
        assert Label.objects.count() == 2


def test_skipping_is_no_label(city: factories.City) -> None:
    request_id = queued(city)
    with acting_as(ANN):
        labelling.label(request_id, "")
        assert queries.next_case() is None
    with as_system():
        assert learning.taught() == []


def test_who_may_not_decide_on_intake_neither_labels_nor_reads(city: factories.City) -> None:
    request_id = queued(city)
    for roles in (("system_admin",), ("inspector",), ("unit_handler",)):
        with acting_as(staff(*roles)):
            with pytest.raises((NotAllowed, NotFound)):
                labelling.label(request_id, "A1")
            with pytest.raises(NotAllowed):
                queries.next_case()
    for code in ("A", "nothing", "A1'; DROP TABLE"):
        with acting_as(ANN), pytest.raises(Invalid):
            labelling.label(request_id, code)


def test_too_little_or_one_class_makes_no_model_and_the_old_one_stays(city: factories.City) -> None:
    before = lexicon.words_of_the_city().model
    taught(city, 2)
    with acting_as(ONE):
        row = learning.ask_training()
        with pytest.raises(Conflict):
            learning.ask_training()
    learning.train_in_background(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "还不够" in row.problem
    assert lexicon.words_of_the_city().model is before


def test_a_model_is_compared_on_what_it_never_learned_and_promoted_by_another(city: factories.City) -> None:
    built_in = lexicon.words_of_the_city().model
    row = trained(city)
    assert (row.state, row.problem) == ("candidate", "")
    found, frozen = row.comparison, FrozenSet.objects.get()
    assert found["rows"] == len(frozen.rows) >= learning.LEAST_FROZEN
    assert found["low"] <= found["gain"] <= found["high"]
    assert found["new"]["accuracy"] >= 0.9
    with as_system():
        kept = {pk for pk, _, _ in frozen.rows}
        learnt = learning._learnt(learning.taught(), [one for one in learning.taught() if one.request_id in kept])
        assert kept.isdisjoint(one.request_id for one in learnt)
    with acting_as(ONE), pytest.raises(NotAllowed):
        learning.promote(row.pk)
    with acting_as(ANN), pytest.raises(NotAllowed):
        learning.promote(row.pk)
    assert lexicon.words_of_the_city().model is built_in
    with acting_as(TWO):
        learning.promote(row.pk)
        with pytest.raises(Conflict):
            learning.promote(row.pk)
    now_serving = lexicon.words_of_the_city().model
    assert now_serving is not None
    assert now_serving.maker == f"categories/{row.version}"
    with acting_as(TWO):
        assert learning.roll_back() == ""
        assert lexicon.words_of_the_city().model.labels == built_in.labels  # type: ignore[union-attr]
        with pytest.raises(Conflict):
            learning.roll_back()
    with as_system():
        kinds = [entry.kind for entry in entries_of(("model", row.version))]
    assert kinds == ["learning.training_asked", "learning.trained", "learning.promoted", "learning.rolled_back"]


def test_rolling_back_puts_the_predecessor_back(city: factories.City) -> None:
    first = trained(city)
    with acting_as(TWO):
        learning.promote(first.pk)
    with clock.at(clock.now() + timedelta(minutes=5)):
        with acting_as(TWO):
            second = learning.ask_training()
        learning.train_in_background(second.pk)
        with acting_as(ONE):
            learning.promote(second.pk)
            assert learning.roll_back() == first.version
    assert lexicon.words_of_the_city().model.maker == f"categories/{first.version}"  # type: ignore[union-attr]
    assert LearnedModel.objects.get(pk=second.pk).frozen == LearnedModel.objects.get(pk=first.pk).frozen


def test_a_worse_or_damaged_model_is_not_promoted(city: factories.City) -> None:
    row = trained(city)
    LearnedModel.objects.filter(pk=row.pk).update(comparison=row.comparison | {"high": -0.01})
    with acting_as(TWO), pytest.raises(Conflict, match="明显不如"):
        learning.promote(row.pk)
    LearnedModel.objects.filter(pk=row.pk).update(comparison=row.comparison, content=bytes(row.content)[:-9])
    with acting_as(TWO), pytest.raises(ModelError):
        learning.promote(row.pk)
    LearnedModel.objects.filter(pk=row.pk).update(state="serving", decided_by="two")
    forget()
    assert lexicon.words_of_the_city().model is not None, "a damaged model in force gives way to the built-in one"


def test_a_frozen_set_that_was_edited_is_noticed(city: factories.City) -> None:
    trained(city)
    frozen = FrozenSet.objects.get()
    frozen.rows[0][1] = "B1" if frozen.rows[0][1] != "B1" else "A1"
    frozen.save()
    with clock.at(clock.now() + timedelta(minutes=5)), acting_as(ONE):
        row = learning.ask_training()
    learning.train_in_background(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "摘要不符" in row.problem


def test_no_words_are_in_a_model_or_beside_it(city: factories.City) -> None:
    row = trained(city)
    model = learned.unpack(row)
    assert all(array.dtype.kind in "iuf" for array in (model.weights, model.idf, model.scale, model.bias))
    beside = str(row.card) + str(row.comparison) + str(FrozenSet.objects.get().rows)
    assert "打桩" not in beside
    assert "138000" not in beside
    with as_system():
        assert not any("13800000001" in one.text for one in learning.taught())
    assert np.abs(model.weights).max() > 0


def test_the_forgotten_are_not_learned_from(city: factories.City) -> None:
    from minhu.intake.services.forgetting import forget_old

    with clock.at(clock.now() - timedelta(days=900)):
        taught(city, 2)
    with as_system():
        assert len(learning.taught()) == 6
        assert forget_old(1) == 6
        assert learning.taught() == []
        assert Request.objects.count() == 6


def test_drift_is_told_once_when_it_begins(city: factories.City) -> None:
    moment = clock.now()
    with clock.at(moment - timedelta(weeks=5)):
        taught(city, 20)
    with as_system():
        for at in range(60):
            row = factories.make_request(text=NOISE.format(at=at), received_at=moment - timedelta(days=1))
            Suggestion.objects.create(
                request=row, field="category", value={"code": "A2"}, label="A2", confidence=0.1, basis="x", maker="m",
                made_at=moment, outcome="changed",
            )  # fmt: skip
        figures, alarms = compared(moment)
    assert alarms == ["unsure", "stability", "accepted"]
    assert (figures["unsure_before"], figures["unsure"]) == (0.0, 1.0)
    watch()
    watch()
    assert Drift.objects.get().alarms == alarms
    with as_system():
        day = Drift.objects.get().day.isoformat()
        assert [entry.kind for entry in entries_of(("day", day))] == ["learning.drifted"]
