"""Text messages: what may be said in one, how many a number gets, and one message for each thing asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from minhu.directory.access import as_system
from minhu.engines.channels.texting import Carried, NeverCarried, Outgoing
from minhu.engines.outbound import Unsent
from minhu.intake.domain import texts
from minhu.intake.models import TextMessage, TextProvider
from minhu.intake.services import forgetting, receive, talking, text_carrying, text_talks, text_wishes, texting
from minhu.intake.types import NewRequest, Speaker, TextState
from minhu.kernel import clock
from minhu.kernel.errors import Invalid

PHONE = "19900001234"
NOON = datetime.fromisoformat("2026-03-09T12:00:00+08:00")
HOSTS = ("hotline.yunxi.example",)


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("明天9:00至17:00望江街道停水，请储水备用。", True),
        ("水压3.5kg以下属正常。", True),
        ("详情见 https://hotline.yunxi.example/notice/7", True),
        ("详情见 www.hotline.yunxi.example", True),
        ("详情见 https://hotline.yunxi.example.evil.example/7", False),
        ("详情见 evil.example/7", False),
        ("详情见 http://10.2.0.1/7", False),
        ("您的查询码是 482913", False),
        ("验证码：4829", False),
        ("身份证110101199001011234已登记", False),
        ("【某银行】请尽快还款", False),
        ("翻转\u202e文字", False),
        ("长" * 501, False),
    ],
)
def test_what_a_message_may_say(words: str, fits: bool) -> None:
    assert (texts.problem_of(words, HOSTS) == "") is fits


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("nothing", {}), ("received", {}), ("received", {"number": "2026030900011", "more": "x"}),
        ("received", {"number": "见 x.example"}), ("call_back", {"when": ""}), ("talk", {"words": "密码 123456"}),
    ],
)  # fmt: skip
def test_wrong_values_of_a_template_are_refused(code: str, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        texts.rendered(code, values, HOSTS)


def test_every_template_renders_and_batches_say_how_to_end_them() -> None:
    fitting = {texts.Takes.NUMBER: "2026030900011", texts.Takes.WORDS: "今天下午三点", texts.Takes.TELEPHONE: "12345"}
    for one in texts.TEMPLATES.values():
        words = texts.rendered(one.code, {name: fitting[takes] for name, takes in one.takes.items()}, HOSTS)
        assert "{" not in words
        assert words.endswith("回复TD停发。") is one.batch


@pytest.mark.parametrize(
    ("template", "minutes_ago", "at", "free"),
    [
        ("progress", [], "12:00", "12:00"),
        ("progress", [], "22:00", "+1 08:00"),
        ("progress", [], "03:00", "08:00"),
        ("received", [], "03:00", "03:00"),
        ("progress", [10, 20, 30], "12:00", "12:30"),
        ("progress", [90, 95, 100], "12:00", "12:00"),
        ("progress", [100 + i for i in range(8)], "12:00", None),
        ("talk", [100 + i for i in range(8)], "12:00", "12:00"),
    ],
)
def test_when_a_number_may_get_another(template: str, minutes_ago: list[int], at: str, free: str | None) -> None:
    moment = datetime.fromisoformat(f"2026-03-09T{at}:00+08:00")
    sent = [moment - timedelta(minutes=one) for one in minutes_ago]
    found = texts.when_free(texts.TEMPLATES[template], sent, moment)
    day = 10 if free and free.startswith("+1 ") else 9
    expected = datetime.fromisoformat(f"2026-03-{day:02}T{free.removeprefix('+1 ')}:00+08:00") if free else None
    assert found == expected


def test_long_words_are_cut_behind_sentences_and_nothing_is_lost() -> None:
    words = "这是一句话。" * 200
    parts = texts.pieces(words)
    assert "".join(parts) == words
    assert all(len(one) <= 480 and one.endswith("。") for one in parts)
    assert [texts.order_of(one) for one in (" td ", "T", "退订。", "恢复", "停水了", "")] == ["stop"] * 3 + [
        "go",
        "",
        "",
    ]


class Line:
    """A carrier that answers what it is told and keeps what it got."""

    def __init__(self, *answers: Exception | Carried) -> None:
        self.answers, self.got = list(answers), list[Outgoing]()

    def send(self, message: Outgoing) -> Carried:
        self.got.append(message)
        answer = self.answers.pop(0) if self.answers else Carried("r")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def provider(home: object) -> TextProvider:
    return TextProvider.objects.create(
        label="模拟", kind="simulator", sign="云溪12345", active=True, progress=True, created_at=clock.now(),
        secret_out="x", secret_in="y",
    )  # fmt: skip


def kept() -> list[tuple[str, str, str]]:
    with as_system():
        return list(TextMessage.objects.order_by("id").values_list("template", "state", "reason"))


@pytest.mark.django_db
def test_a_message_goes_out_once_whoever_asks_again_and_whatever_breaks(provider: TextProvider) -> None:
    with clock.at(NOON):
        first = texting.send_text("+86 199-0000-1234", "call_back", {"when": "15:00前"}, key="call-1")
        assert texting.send_text(PHONE, "call_back", {"when": "16:00前"}, key="call-1") == first
        assert texting.send_text("0990-5551234", "call_back", {"when": "15:00前"}, key="call-2").reason == "not_mobile"
        line = Line(Unsent("断开"), Carried("ref-1"))
        assert text_carrying.carry(line) == 0
        assert text_carrying.carry(line) == 0, "not before its pause is over"
    with clock.at(NOON + timedelta(seconds=11)):
        text_carrying.carry(line)
    assert [one.uid for one in line.got] == [str(first.uid)] * 2, "every attempt has the same number"
    assert "15:00前" in line.got[0].words
    assert kept() == [("call_back", "sent", "")]
    assert first.uid
    assert text_carrying.receipted(first.uid, arrived=False)
    assert not text_carrying.receipted(first.uid, arrived=True), "a last word is not taken back"
    with clock.at(NOON + timedelta(minutes=1)):
        texting.send_text(PHONE, "progress", {"number": "2026030900011", "state": "办理中"}, key="p-1")
        text_carrying.carry(Line(NeverCarried("拒收")))
        texting.send_text(PHONE, "missed", {"when": "稍后"}, key="m-1")
    with clock.at(NOON + timedelta(hours=3)):
        text_carrying.carry(Line())
    assert kept() == [
        ("call_back", "failed", "undelivered"), ("progress", "failed", "refused_by_provider"),
        ("missed", "held", "too_late"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_request_is_receipted_by_text_unless_its_person_is_hidden_or_wants_none(provider: TextProvider) -> None:
    with clock.at(NOON):
        receipt = receive(NewRequest(text="柳湾路路灯坏了三天没人修", requester_phone=PHONE))
        receive(NewRequest(text="举报某单位领导收礼", requester_phone="19900001235", confidential=True))
        assert text_wishes.fulfil() == 2
        assert text_wishes.fulfil() == 0
        assert text_carrying.carry() == 1, "the simulator carries it"
        with as_system():
            (message,) = TextMessage.objects.all()
        assert receipt.number in message.words
        assert receipt.code not in message.words
        assert message.state == TextState.DELIVERED.value
        assert text_talks.heard(PHONE, "TD", key="1") is None
        assert texting.send_text(PHONE, "notice", {"words": "明天停水。"}, key="n-1").reason == "stopped"
        assert text_talks.heard(PHONE, "恢复", key="2") is None
        assert texting.send_text(PHONE, "notice", {"words": "明天停水。"}, key="n-2").state is TextState.WAITING
        with as_system():
            TextMessage.objects.filter(template="notice").delete()
            forgetting._drop_words_of_texts(receipt.number)  # what forgetting the request does
            assert TextMessage.objects.get(template="received").words == ""


@pytest.mark.django_db
def test_words_by_text_message_are_heard_in_the_talk_of_the_number(provider: TextProvider) -> None:
    with clock.at(NOON):
        uid = text_talks.heard(PHONE, "你好", key="1")
        assert text_talks.heard(PHONE, "你好", key="1") == uid
        assert text_talks.heard(PHONE, "转人工", key="2") == uid
        assert text_talks.heard("19900001236", "你好", key="3") != uid
        assert text_talks.tell_all() == 0, "everything was told with the turn"
        with as_system():
            words = [row.words for row in TextMessage.objects.filter(talk_uid=uid).order_by("id")]
        assert "不是真人" in words[0]
        assert len(words) == 2
        with as_system():
            talk = talking.locked(uid)
            talking.keep(talk, Speaker.AGENT, f"{'长' * 510}，见 evil.example/7")
            talk.save()
        assert text_talks.tell_all() == 2, "what may not be said is told of, wherever the words are cut"
        with as_system():
            last = TextMessage.objects.filter(talk_uid=uid).order_by("id").last()
        assert "不便用短信发送" in last.words
        with pytest.raises(Invalid):
            text_talks.heard("10086", "中奖", key="4")


@pytest.mark.django_db
def test_what_cannot_be_told_keeps_no_other_waiting(provider: TextProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(to: str, *given: Any, **named: Any) -> Any:
        if to == PHONE:
            raise Invalid("unfit")
        return texting.send_text(to, *given, **named)

    with clock.at(NOON):
        for phone in (PHONE, "19900001236"):
            receive(NewRequest(text="柳湾路路灯坏了三天没人修", requester_phone=phone))
        monkeypatch.setattr(text_wishes, "send_text", picky)
        assert text_wishes.fulfil() == 2
        with as_system():
            assert [row.phone for row in TextMessage.objects.all()] == ["19900001236"]
        heard = [text_talks.heard(phone, "你好", key=phone) for phone in ("19900001237", "19900001238")]
        with as_system():
            TextMessage.objects.filter(talk_uid__in=heard).delete()
        tell = text_talks.tell
        monkeypatch.setattr(text_talks, "tell", lambda uid: picky(PHONE) if uid == heard[0] else tell(uid))
        assert text_talks.tell_all() == 1
