"""Surveys by telephone: whom the house calls and when, what becomes of each call, and the rating that the text survey gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.engines.speech import choosing
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.exchange.placing import PREFIX, Dial, Unplaced
from minhu.engines.speech.recognising import Readiness
from minhu.evaluation.models import Rating
from minhu.evaluation.surveyed import still_asked
from minhu.handling.models import Order
from minhu.handling.types import State
from minhu.intake.models import Call, CallBack, CallStop, Request, SurveyCall, Talk, TextProvider, TextWish
from minhu.intake.queries import calls as call_queries
from minhu.intake.services import attending, calling, live_calls, survey_calls, surveying, talking, text_wishes
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel import clock
from minhu.ledger.models import Entry

pytestmark = pytest.mark.django_db
K = CallEventKind
PHONE = "19900001234"
MORNING = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


class Desk:
    """An exchange that writes down what it is to dial."""

    name = "pbx"

    def __init__(self) -> None:
        self.dialled: list[Dial] = []
        self.away = False

    def originate(self, dial: Dial) -> None:
        if self.away:
            raise Unplaced("连接不上话务平台，没有拨出。", code="exchange_away")
        self.dialled.append(dial)


class Ready:
    def readiness(self) -> Readiness:
        return Readiness(True)


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    given = {"URL": "esl://127.0.0.1:8021", "KEY": "k", "DIAL": "sofia/gateway/t/{number}", "SURVEYS": "rest"}
    for name, value in given.items():
        monkeypatch.setenv(f"MINHU_EXCHANGE_{name}", value)
    monkeypatch.setattr(choosing, "house_recogniser", Ready)
    monkeypatch.setattr(choosing, "synthesiser", Ready)
    return make_city()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with clock.at(MORNING):
        yield


def owed(city: City, phone: str = PHONE, **fields: object) -> Order:
    """An order that waits for its citizen's word, and a call owed for it."""
    order = make_order(city, upto="to_call_back", said={"requester_phone": phone, **fields})
    with as_system():
        row = Request.objects.get(pk=order.request_id)
        survey_calls.owe(row, f"survey-{row.number}-1")
    return order


def event(dial: Dial, kind: CallEventKind, detail: str = "") -> None:
    calling.take_event("pbx", CallEvent(dial.call, clock.now(), kind, detail))


def talk_with(dial: Dial, *turns: str) -> Talk:
    """The person answers, sound comes, and he says these words."""
    found = live_calls.arrive("pbx", dial.call)
    for at, words in enumerate(turns):
        calling.heard(found.uid, words, key=f"0-{at}")
    with as_system():
        return Talk.objects.get(uid=found.talk)


def survey() -> SurveyCall:
    with as_system():
        return SurveyCall.objects.get()


def test_a_call_gives_the_rating_that_the_text_survey_gives(city: City, desk: Desk) -> None:
    order = owed(city)
    assert still_asked(order.request_id)
    assert survey_calls.tick(desk) == 1
    (dial,) = desk.dialled
    assert (dial.number, dial.call.startswith(PREFIX)) == (PHONE, True)
    assert survey_calls.tick(desk) == 0, "a second round calls nobody twice"
    talk = talk_with(dial, "方便", "联系过", "没解决，还是停水", "不满意", "阀门还是漏", "希望换一个", "对")
    with as_system():
        said = list(talk.utterances.filter(speaker="bot").values_list("code", flat=True))
        assert said == [
            "survey_call_opening", "survey_responded", "survey_solved", "survey_content", "survey_why", "survey_more_wish",
            "survey_read_back", "survey_call_done",
        ]  # fmt: skip
        rating = Rating.objects.get(order=order)
        assert (rating.channel, rating.responded, rating.solved, rating.satisfaction) == (
            "voice",
            True,
            False,
            "dissatisfied",
        )
        assert rating.comment == "阀门还是漏；希望换一个"
        assert rating.asked_by == ""
        assert State(Order.objects.get(pk=order.pk).state) is State.TO_CALL_BACK, "a person decides on what is unsolved"
        call = Call.objects.get()
        assert (call.outgoing, call.by_bot, call.caller, str(call.talk_id)) == (True, True, PHONE, str(talk.pk))
        kinds = list(
            Entry.objects.filter(kind__in=("call.placed", "survey.called", "survey.ended")).values_list(
                "kind", flat=True
            )
        )
    assert sorted(kinds) == ["call.placed", "survey.called", "survey.ended"]
    assert live_calls.news_of({call.uid: 0})[call.uid].ends, "the house hangs up after its last words"
    event(dial, K.HUNG_UP, "gateway")
    assert (survey().state, survey().ended_as) == ("done", "rated")
    assert not still_asked(order.request_id)


def test_the_same_words_by_text_and_by_telephone_are_the_same_rating(city: City, desk: Desk) -> None:
    """One service, two mouths."""
    order = owed(city)
    survey_calls.tick(desk)
    talk_with(desk.dialled[0], "方便", "联系过", "修好了", "基本满意", "没有", "对")
    with as_system():
        spoken = (
            Rating.objects.filter(order=order)
            .values("responded", "solved", "satisfaction", "comment", "reached", "round")
            .get()
        )
        Rating.objects.filter(order=order).delete()
        Order.objects.filter(pk=order.pk).update(state=State.TO_CALL_BACK.value)
        begun = surveying.begin(order.request_id, TalkChannel.SMS, phone=PHONE)
    for at, words in enumerate(("联系过", "修好了", "基本满意", "没有")):
        talking.hear(begun.uid, words, key=f"m{at}")
    with as_system():
        written = (
            Rating.objects.filter(order=order)
            .values("responded", "solved", "satisfaction", "comment", "reached", "round")
            .get()
        )
    assert written == spoken
    assert spoken["solved"] is True


def test_not_now_is_an_appointment_in_the_queue_of_call_backs(city: City, desk: Desk) -> None:
    order = owed(city)
    survey_calls.tick(desk)
    talk_with(desk.dialled[0], "在开会呢", "明天下午吧")
    with as_system():
        row = CallBack.objects.get()
        assert row.appointed
        assert row.next_at == datetime.fromisoformat("2026-11-24T14:00:00+08:00")
        assert order.number in row.words
        assert not Rating.objects.exists()
    assert survey().ended_as == "later"
    event(desk.dialled[0], K.HUNG_UP)
    assert survey_calls.tick(desk) == 0
    with as_system():
        assert CallBack.objects.count() == 1, "the end of the call asks for no second one"


def test_never_again_is_kept_as_a_wish_and_heeded(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk_with(desk.dialled[0], "以后别再给我打了")
    assert survey().ended_as == "never"
    assert survey_calls.wants_none(PHONE)
    with as_system():
        row = Request.objects.get()
        survey_calls.owe(row, "another answer")
        assert SurveyCall.objects.count() == 1, "nothing is owed to who wants none"
        assert CallStop.objects.get().phone == PHONE


def test_a_wrong_person_hears_nothing_of_the_matter_and_is_not_called_again(city: City, desk: Desk) -> None:
    order = owed(city)
    survey_calls.tick(desk)
    talk = talk_with(desk.dialled[0], "你打错了吧，我没反映过")
    with as_system():
        said = " ".join(str(one.text) for one in talk.utterances.filter(speaker="bot"))
    assert order.number not in said
    assert order.title not in said
    event(desk.dialled[0], K.HUNG_UP)
    assert survey().ended_as == "wrong"


@pytest.mark.parametrize(
    ("cause", "last", "pause"),
    [("User busy", "busy", 20), ("USER_BUSY", "busy", 20), ("User alerting, no answer", "no_answer", 180), ("NO_ANSWER", "no_answer", 180),
     ("SUBSCRIBER_ABSENT", "off", 18 * 60), ("Normal Clearing", "no_answer", 180), ("NORMAL_TEMPORARY_FAILURE", "no_answer", 180)],
)  # fmt: skip
def test_who_is_not_reached_is_called_again_later(city: City, desk: Desk, cause: str, last: str, pause: int) -> None:
    owed(city)
    survey_calls.tick(desk)
    event(desk.dialled[0], K.HUNG_UP, cause)
    row = survey()
    again = MORNING + timedelta(minutes=pause)
    if again.hour < 9:  # 18 hours later it is night
        again = again.replace(hour=9)
    assert (row.state, row.last, row.tries, row.next_at) == ("waiting", last, 1, again)
    with as_system():
        assert not CallBack.objects.exists(), "no missed call of the citizen's"
    assert survey_calls.tick(desk) == 0
    with clock.at(row.next_at):
        assert survey_calls.tick(desk) == 1
    assert desk.dialled[0].call != desk.dialled[1].call


def test_three_tries_and_no_more(city: City, desk: Desk) -> None:
    owed(city)
    moment = MORNING
    for _ in range(3):
        with clock.at(moment):
            assert survey_calls.tick(desk) == 1
            event(desk.dialled[-1], K.HUNG_UP, "USER_BUSY")
            moment = survey().next_at
    assert (survey().state, survey().ended_as, survey().tries) == ("done", "unreached", 3)
    with clock.at(MORNING + timedelta(days=1)):
        assert survey_calls.tick(desk) == 0


def test_a_mailbox_hears_nothing_and_is_no_answer(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk = talk_with(desk.dialled[0], "您拨打的用户暂时无法接听，请在嘀声后留言")
    with as_system():
        assert talk.utterances.filter(speaker="bot").count() == 1, "the opening, said before anybody could know"
    event(desk.dialled[0], K.HUNG_UP)
    assert (survey().state, survey().last) == ("waiting", "machine")


def test_fear_brings_a_person_and_who_waits_in_vain_is_called_back(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk = talk_with(desk.dialled[0], "我好害怕，他们找人来威胁我，不敢回家")
    assert talk.state == TalkState.WAITING.value
    event(desk.dialled[0], K.QUEUED)
    with clock.at(MORNING + timedelta(minutes=4)):
        event(desk.dialled[0], K.HUNG_UP)
    assert survey().ended_as == "handed"
    with as_system():
        assert CallBack.objects.get().talk_id == talk.pk


def test_who_waits_and_is_taken_by_an_agent_is_no_call_back(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk = talk_with(desk.dialled[0], "方便", "转人工")
    with acting_as(city.actor("agent")):
        attending.take(talk.uid)
    event(desk.dialled[0], K.CONNECTED, "agent")
    event(desk.dialled[0], K.HUNG_UP)
    assert survey().ended_as == "handed"
    with as_system():
        assert not CallBack.objects.exists()


def test_who_hangs_up_midway_is_not_called_again_and_nothing_is_kept(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk_with(desk.dialled[0], "方便", "联系过", "没解决")
    event(desk.dialled[0], K.HUNG_UP)
    assert survey().ended_as == "broken"
    with as_system():
        assert not Rating.objects.exists()


def test_words_behind_the_goodbye_wake_nothing_up(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    talk = talk_with(desk.dialled[0], "打错了", "喂，你等等，再说一遍")
    assert talk.state == TalkState.ENDED.value
    with as_system():
        assert talk.utterances.order_by("-number").first().speaker == "citizen"


@pytest.mark.parametrize("hour", ["06:59", "08:59", "20:00", "23:30"])
def test_nobody_is_called_at_night(city: City, desk: Desk, hour: str) -> None:
    owed(city)
    with clock.at(datetime.fromisoformat(f"2026-11-24T{hour}:00+08:00")):
        assert survey_calls.tick(desk) == 0
    with clock.at(datetime.fromisoformat("2026-11-24T09:00:00+08:00")):
        assert survey_calls.tick(desk) == 1


def _rated(order: Order) -> None:
    Rating.objects.create(order=order, round=0, channel="callback", rated_at=MORNING, solved=True)


def _old(_order: Order) -> None:
    SurveyCall.objects.update(made_at=MORNING - timedelta(days=4))


@pytest.mark.parametrize("change", [_rated, _old])
def test_what_need_not_be_asked_any_more_is_not_asked(city: City, desk: Desk, change: Callable[[Order], None]) -> None:
    order = owed(city)
    with as_system():
        change(order)
    assert survey_calls.tick(desk) == 0
    assert (survey().ended_as, desk.dialled) == ("overdue", [])


def test_a_hidden_person_is_never_called(city: City, desk: Desk) -> None:
    owed(city, confidential=True)
    assert survey_calls.tick(desk) == 0
    assert (survey().ended_as, desk.dialled) == ("overdue", [])


def test_an_exchange_that_is_away_costs_no_try(city: City, desk: Desk) -> None:
    owed(city)
    desk.away = True
    assert survey_calls.tick(desk) == 0
    assert (survey().state, survey().tries) == ("waiting", 0)
    desk.away = False
    assert survey_calls.tick(desk) == 0, "not at once"
    with clock.at(MORNING + timedelta(minutes=10)):
        assert survey_calls.tick(desk) == 1


def test_a_call_of_which_nothing_more_is_heard_ends(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    with clock.at(MORNING + timedelta(minutes=6)):
        survey_calls.tick(desk)
    assert (survey().state, survey().last) == ("waiting", "no_answer")


def test_calls_of_the_house_are_not_in_the_figures_of_callers(city: City, desk: Desk) -> None:
    owed(city)
    survey_calls.tick(desk)
    event(desk.dialled[0], K.HUNG_UP, "NO_ANSWER")
    with acting_as(city.actor("supervisor")):
        day = (MORNING - timedelta(hours=1), MORNING + timedelta(hours=1))
        assert call_queries.figures(*day).arrived == 0
        (row,) = call_queries.between(*day)
        assert row.outgoing


@pytest.mark.parametrize(
    ("chosen", "texts", "by_text", "by_phone"),
    [("none", True, True, False), ("rest", True, True, False), ("rest", False, False, True), ("all", True, False, True),
     ("none", False, False, False)],
)  # fmt: skip
def test_the_city_chooses_by_which_mouth_it_asks(
    city: City, monkeypatch: pytest.MonkeyPatch, chosen: str, texts: bool, by_text: bool, by_phone: bool
) -> None:
    monkeypatch.setenv("MINHU_EXCHANGE_SURVEYS", chosen)
    order = make_order(city, upto="to_call_back", said={"requester_phone": PHONE})
    with as_system():
        if texts:
            TextProvider.objects.create(
                label="模拟器", kind="simulator", sign="云溪12345", active=True, progress=True, created_at=MORNING,
                secret_out="x", secret_in="y",
            )  # fmt: skip
        TextWish.objects.all().delete()
        text_wishes.wish(text_wishes.SURVEY, order.number, key="survey-x")
    text_wishes.fulfil()
    with as_system():
        assert Talk.objects.filter(channel="sms").exists() is by_text
        assert SurveyCall.objects.exists() is by_phone


def test_supervisors_see_how_surveys_ended_and_agents_do_not(city: City, desk: Desk) -> None:
    from portals.staff_pages import body, signed_in

    order = owed(city)
    survey_calls.tick(desk)
    talk_with(desk.dialled[0], "以后别再给我打了")
    seen = body(signed_in(city, "supervisor").get("/desk/callbacks/"))
    assert "语音回访" in seen
    assert order.number in seen
    assert "不愿再接回访" in seen
    assert PHONE not in seen
    assert "语音回访" not in body(signed_in(city, "agent").get("/desk/callbacks/"))
