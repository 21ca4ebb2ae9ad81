"""A talk from the first word to a request or a person; whatever comes twice or breaks off, nothing is lost."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import transaction

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.intake.models import Request, Talk, Utterance
from minhu.intake.queries import talks
from minhu.intake.services import attending, forgetting, talking
from minhu.intake.types import Speaker, TalkChannel, TalkState
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.language.dialogue.types import Mode, Policy, Why

pytestmark = pytest.mark.django_db
STREETLIGHT = "柳湾社区门口的路灯坏了一个星期，晚上很黑，老人差点摔倒，希望尽快修好。"


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def until_opened(uid, first: str) -> list[str]:
    """Tell a matter, answer what is asked with 'I do not know', confirm; returns the codes of what was said."""
    codes, said = [], talking.hear(uid, first)
    for _ in range(8):
        codes += [one.code for one in said if one.speaker is Speaker.BOT]
        if "opened" in codes:
            break
        said = talking.hear(uid, "对" if codes[-1] == "read_back" else "不清楚")
    return codes


def test_the_first_words_say_that_a_machine_speaks(city: City) -> None:
    begun = talking.begin(TalkChannel.CHAT)
    assert "不是真人" in begun.said[0].text
    assert talking.opens(begun.uid, begun.secret)
    assert not talking.opens(begun.uid, begun.secret + "x")
    assert not talking.opens(uuid4(), begun.secret)


def test_a_request_is_opened_after_its_reading_back_in_the_citizens_own_words(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT, phone="13800001234").uid
    codes = until_opened(uid, STREETLIGHT)
    assert codes.index("read_back") < codes.index("opened")
    with as_system():
        (request,) = Request.objects.all()
        assert STREETLIGHT in request.text
        assert request.requester_phone == "13800001234"
        assert request.call_id == uid.hex
        assert Talk.objects.get(uid=uid).request_ids == [request.pk]
    assert any(request.number in one.text for one in talking.for_citizen(uid).said)


def test_no_yes_no_request(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    talking.hear(uid, STREETLIGHT)
    talking.hear(uid, "算了，不投诉了")
    with as_system():
        assert not Request.objects.exists()


def test_a_question_in_between_is_no_yes_and_the_record_is_read_back_again(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    said = talking.hear(uid, STREETLIGHT)
    while said[-1].code != "read_back":
        said = talking.hear(uid, "不清楚")
    said = talking.hear(uid, "老人卡怎么办")
    assert [one.code for one in said if one.speaker is Speaker.BOT] == ["not_found_between", "read_back"]
    assert "opened" in [one.code for one in talking.hear(uid, "对")]
    with as_system():
        assert "老人卡" not in Request.objects.get().text


def test_a_message_that_comes_twice_has_one_effect(city: City) -> None:
    uid = talking.begin(TalkChannel.WECHAT, sender="o-citizen").uid
    first = talking.hear(uid, STREETLIGHT, key="m1")
    assert talking.hear(uid, STREETLIGHT, key="m1") == first
    with as_system():
        assert Utterance.objects.filter(talk__uid=uid, speaker=Speaker.CITIZEN.value).count() == 1


def test_a_person_within_one_turn_and_the_bot_is_silent_from_then_on(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    talking.hear(uid, "转人工")
    view = talking.for_citizen(uid)
    assert view.state is TalkState.WAITING
    assert talking.hear(uid, "喂，有人吗")[1:] == ()
    with acting_as(city.actor("agent")):
        (row,) = talks.waiting_and_mine()
        assert row.why is Why.ASKED
        attending.take(uid)
        attending.say(uid, "您好，我是工作人员，请讲。", key="a1")
        attending.say(uid, "您好，我是工作人员，请讲。", key="a1")
        assert [one.speaker for one in talks.talk_for_staff(uid).said].count(Speaker.AGENT) == 1
    with acting_as(city.actor("supervisor")):
        assert [one.uid for one in talks.waiting_and_mine()] == [uid]
        assert talks.talk_for_staff(uid).said
    with acting_as(city.actor("agent")):
        attending.end(uid)
    assert talking.for_citizen(uid).state is TalkState.ENDED
    assert len(view.said) >= 2
    assert talking.hear(uid, "你好")[-1].code == "hello_again"  # nobody is left with silence


def test_danger_goes_before_everybody_else(city: City) -> None:
    for _ in range(2):
        talking.hear(talking.begin(TalkChannel.CHAT).uid, "转人工")
    danger = talking.begin(TalkChannel.CHAT).uid
    said = talking.hear(danger, "我家厨房着火了，快来人啊")
    assert any("119" in one.text for one in said)
    with acting_as(city.actor("agent")):
        assert talks.waiting_and_mine()[0].uid == danger


def test_a_question_about_danger_without_an_answer_brings_a_person_before_others(city: City) -> None:
    unsure = "我是住五楼的，家里自来水一到傍晚就没有了，细得像线一样，做饭都做不了"
    silent, calm, pressed = (talking.begin(TalkChannel.CHAT).uid for _ in range(3))
    for uid in (silent, calm, pressed):
        assert talking.hear(uid, unsure)[-1].code == "ask_danger"
        assert talking.for_citizen(uid).looks_again
    assert talking.hear(calm, "没有")[-1].code not in ("ask_danger", "handing_danger")
    attending.ask_for_person(pressed)
    assert talking.hand_over_unanswered() == 0
    with clock.at(clock.now() + talking.DANGER_WAITS):
        assert talking.hand_over_unanswered() == 1
        assert talking.hand_over_unanswered() == 0
    assert talking.for_citizen(calm).state is TalkState.BOT
    assert "119" in talking.for_citizen(silent).said[-1].text
    with acting_as(city.actor("agent")):
        assert [(row.why, row.priority) for row in talks.waiting_and_mine()] == [(Why.DANGER, 0)] * 2


def test_one_agent_at_a_time(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    attending.ask_for_person(uid)
    with acting_as(city.actor("agent")):
        attending.take(uid)
    with acting_as(city.actor("supervisor")), pytest.raises(Conflict):
        attending.take(uid)
    for stranger in ("water_handler", "inspector", "system_admin"):
        with acting_as(city.actor(stranger)), pytest.raises(NotAllowed):
            attending.take(uid)
    with acting_as(city.actor("agent")):
        attending.give_back(uid, to_bot=True)
    assert talking.hear(uid, "你好")[-1].code == "hello_again"


def test_units_and_strangers_read_no_talk(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    until_opened(uid, STREETLIGHT)
    for name in ("water_handler", "grid_worker", "system_admin"):
        with acting_as(city.actor(name)):
            assert not Talk.objects.exists()
            assert not Utterance.objects.exists()
            with pytest.raises(NotFound):
                talks.talk_for_staff(uid)
    with acting_as(ANONYMOUS):
        assert not Talk.objects.exists()


def test_where_people_come_first_one_is_called_at_once(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT, policy=Policy(mode=Mode.PERSON_FIRST)).uid
    assert talking.for_citizen(uid).state is TalkState.WAITING
    assert talking.hear(uid, STREETLIGHT)[1:] == ()


def test_words_are_sealed_and_too_many_are_refused(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    with pytest.raises(Invalid):
        talking.hear(uid, "长" * 20_001)
    talking.hear(uid, "我姓欧阳，想反映路灯\0不亮")
    from django.db import connection

    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM intake_utterance UNION ALL SELECT memory FROM intake_talk")
        assert all("路灯" not in str(row[0]) for row in cursor.fetchall())


def test_several_matters_become_several_requests(city: City) -> None:
    uid = talking.begin(TalkChannel.CHAT).uid
    until_opened(uid, "我投诉柳湾社区隔壁工地半夜施工吵得睡不着，还有小区垃圾桶三天没人清理")
    codes = until_opened(uid, "对")
    assert "opened" in codes
    with as_system():
        assert Request.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_how_an_order_stands_is_told_to_number_and_code_alone(city: City) -> None:
    first = talking.begin(TalkChannel.CHAT).uid
    until_opened(first, STREETLIGHT)
    (said,) = [one.text for one in talking.for_citizen(first).said if one.code == "opened"]
    number, code = re.findall(r"(?<!\d)(?:\d{13}|\d{6})(?!\d)", said)[:2]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    other = talking.begin(TalkChannel.CHAT).uid
    assert talking.hear(other, "我想查一下工单进度")[-1].code == "ask_number"
    assert talking.hear(other, f"编号是{number}")[-1].code == "ask_code"
    told = talking.hear(other, code, client="192.0.2.7")[-1]
    assert number in told.text
    assert "受理" in told.text
    with transaction.atomic(), acting_as(city.actor("agent")):
        seen = talks.talk_for_staff(other)
    assert any(one.text == talks.COVERED for one in seen.said)
    assert not [one for one in (*seen.said, seen.matter) if code in str(one)]
    assert number in seen.matter
    assert code in [one.text for one in talking.for_citizen(other).said]
    refused = talking.hear(other, f"工单{number}查询码{wrong}到哪了", client="192.0.2.8")[-1]
    assert "不正确" in refused.text
    assert "受理" not in refused.text
    for _ in range(6):
        last = talking.hear(other, f"工单{number}查询码{wrong}到哪了", client="192.0.2.8")[-1]
    assert "次数过多" in last.text


def test_who_is_forgotten_is_forgotten_in_talks_too(city: City) -> None:
    phone = "13900005678"
    with_request = talking.begin(TalkChannel.CHAT, phone=phone).uid
    until_opened(with_request, STREETLIGHT)
    only_talk = talking.begin(TalkChannel.WECHAT, phone=phone, sender="o-somebody").uid
    talking.hear(only_talk, "我叫欧阳试明，想问问低保")
    other = talking.begin(TalkChannel.CHAT, phone="13900009999").uid
    first, second = (Actor("staff", name, roles=frozenset({"security_admin"})) for name in ("anquan1", "anquan2"))
    with acting_as(first):
        case = forgetting.ask(phone, "本人书面申请")
    with acting_as(second):
        forgetting.confirm(case)
    with as_system():
        for uid in (with_request, only_talk):
            talk = Talk.objects.get(uid=uid)
            assert not talk.utterances.exists()
            assert (talk.memory, talk.phone, talk.sender, talk.phone_index) == ("", "", "", None)
        assert Talk.objects.get(uid=other).utterances.exists()
