"""Whatever a chat model does, no order is lost, the embedded suggestions stand, and nothing personal was sent."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

django.setup()

import pytest  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from tests.faults.chat_faults import INJECTED, TEXT, every_fault, obeys  # noqa: E402
from tests.faults.nginx import certificate  # noqa: E402

import factories  # noqa: E402
from chat_fake import Behaviour, Fake, chat_fake, raw, reads, says, silent, trickle  # noqa: E402
from homes import ROOT  # noqa: E402
from minhu.directory.access import as_system  # noqa: E402
from minhu.engines.chat import Outcome  # noqa: E402
from minhu.intake import services  # noqa: E402
from minhu.intake.models import ChatCount, ChatDay, ChatState, Consultation, Request, Suggestion  # noqa: E402
from minhu.intake.services.consulting import consult  # noqa: E402
from minhu.intake.types import NewRequest  # noqa: E402
from minhu.kernel import clock  # noqa: E402
from minhu.ledger.queries import entries_of  # noqa: E402

PERSONAL = Path(__file__).parents[1] / "language" / "data" / "personal.txt"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Fake]:
    with as_system():
        factories.make_city()
    with chat_fake() as one:
        configured(monkeypatch, one.url)
        yield one


def configured(monkeypatch: pytest.MonkeyPatch, url: str, **more: str) -> None:
    for name, value in {"URL": url, "MODEL": "fake-1", "KEY": "sk-x", "SECONDS": "2", **more}.items():
        monkeypatch.setenv(f"MINHU_CHAT_{name}", value)
    monkeypatch.setattr("minhu.engines.chat.posting.FIRST_PAUSE", 0.005)


def suggestions(request_id: int) -> list[tuple[object, ...]]:
    with as_system():
        return list(Suggestion.objects.filter(request_id=request_id).order_by("id").values_list())


def outcome_of(request_id: int) -> Consultation:
    with as_system():
        return Consultation.objects.get(pk=request_id)


def orders() -> int:
    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM handling_order o JOIN intake_request r ON r.id = o.request_id")
        return int(cursor.fetchone()[0])


def test_over_two_hundred_faults_lose_no_order_and_change_no_suggestion(fake: Fake) -> None:
    """All of them with MINHU_FAULTS=ci (part of `.ci/run`), every fourth in `make test`."""
    faults = every_fault()
    assert len(faults) >= 200
    if os.environ.get("MINHU_FAULTS", "") not in {"ci", "bench"}:
        faults = faults[::4]
    with clock.at(clock.now()):  # nobody's turn comes a second time meanwhile
        kept = [_survives(fake, at, *fault) for at, fault in enumerate(faults)]
    assert orders() == len(set(kept)) == len(faults)


def _survives(fake: Fake, at: int, name: str, behaviour: Behaviour) -> str:
    """One fault for one request; the number of its order."""
    fake.behaviours = [behaviour]
    asked = len(fake.asked)
    receipt = services.receive(NewRequest(text=TEXT.format(at=at)))
    before = suggestions(receipt.request_id)
    with as_system():
        ChatState.objects.all().delete()  # each fault meets a closed breaker
    began = time.monotonic()
    consult()
    assert time.monotonic() - began < 9.0, name
    row = outcome_of(receipt.request_id)
    assert len(fake.asked) > asked, name
    assert row.outcome not in ("", Outcome.ANSWERED.value, Outcome.CACHED.value), (name, row.outcome)
    assert row.advice is None, name
    assert suggestions(receipt.request_id) == before, name
    assert {one[2] for one in before} >= {"title", "urgency"}
    return receipt.number


def test_at_the_default_limit_an_endpoint_that_never_ends_is_left_after_three_seconds(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MINHU_CHAT_SECONDS")
    for at, behaviour in enumerate((trickle(1.0), silent(20))):
        fake.behaviours = [behaviour]
        receipt = services.receive(NewRequest(text=TEXT.format(at=at)))
        began = time.monotonic()
        consult()
        assert time.monotonic() - began < 9.0
        assert outcome_of(receipt.request_id).outcome == Outcome.TIMEOUT


def test_a_certificate_nobody_vouches_for_gets_no_word(
    monkeypatch: pytest.MonkeyPatch, db: None, tmp_path: Path
) -> None:
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    with chat_fake(context) as tls, chat_fake() as plain:
        for at, url in enumerate((tls.url, plain.url.replace("http:", "https:"))):
            configured(monkeypatch, url)
            receipt = services.receive(NewRequest(text=TEXT.format(at=at)))
            consult()
            assert outcome_of(receipt.request_id).outcome in (Outcome.BAD_CERTIFICATE, Outcome.NO_CONNECTION)
        assert tls.raw == plain.raw == []


def test_words_that_give_orders_to_the_model_change_nothing(fake: Fake) -> None:
    fake.behaviours = [obeys()]
    receipt = services.receive(NewRequest(text=INJECTED + TEXT.format(at=1)))
    before = suggestions(receipt.request_id)
    consult()
    row = outcome_of(receipt.request_id)
    assert suggestions(receipt.request_id) == before
    assert row.advice is not None
    assert "category" not in row.advice
    assert "urgency" not in row.advice
    assert row.advice["title"] == row.advice["summary"] == ""
    assert {"category", "title", "summary"} <= set(row.advice["dropped"])
    with as_system():
        kinds = [entry.kind for entry in entries_of(("request", receipt.request_id))]
    assert kinds == ["request.received", "model.consulted"]


def test_urgency_is_only_ever_raised(fake: Fake) -> None:
    calm = services.receive(NewRequest(text="想问一下怎样办理居住证，老人行动不便。"))
    fake.behaviours = [reads(urgency={"level": "urgent", "quote": "老人行动不便"})]
    consult()
    grave = services.receive(NewRequest(text="楼下有人要跳楼，快来救人！老人行动不便。"))
    fake.behaviours = [reads(urgency={"level": "normal", "quote": "老人行动不便"})]
    consult()
    assert outcome_of(calm.request_id).advice["urgency"]["level"] == "urgent"
    assert "urgency" not in outcome_of(grave.request_id).advice


def test_no_planted_personal_value_is_sent_or_kept(fake: Fake) -> None:
    planted = []
    lines = [line for line in PERSONAL.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines:
        values = re.findall(r"\[([^\[\]|]+)\|[a-z]+\]", line)
        text = re.sub(r"\[([^\[\]|]+)\|[a-z]+\]", r"\1", line) + "请尽快处理这个问题。"
        if values and len(text) > 12:
            services.receive(NewRequest(text=text))
            planted += values
    person = NewRequest(
        text="我是东郭小满，住在望湖里甲七，座机贰叁，楼道灯坏了，请尽快修理。", requester_name="东郭小满",
        requester_address="望湖里甲七",
    )  # fmt: skip
    services.receive(person)
    while consult_inline():
        continue
    sent = "\n".join(one["messages"][1]["content"] for one in fake.asked)
    assert len(fake.asked) > 20
    missed = [value for value in [*planted, "东郭小满", "望湖里甲七"] if len(value) > 1 and value in sent]
    assert missed == []
    with as_system():
        stored = json.dumps(list(Consultation.objects.values_list("answer", "advice")), ensure_ascii=False)
    assert [value for value in planted if len(value) > 3 and value in stored] == []


def consult_inline() -> int:
    """One request a round: threads of their own would not see this test's transaction."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minhu.intake.services.consulting.EACH", 1)
        return consult()


def test_confidential_and_forgotten_requests_are_not_sent(fake: Fake) -> None:
    services.receive(NewRequest(text=TEXT.format(at=1), confidential=True))
    assert consult() == 0
    assert fake.asked == []


def test_the_same_question_is_asked_once_a_day(fake: Fake) -> None:
    first = services.receive(NewRequest(text=TEXT.format(at=1) + "电话13812345678。"))
    consult()
    second = services.receive(NewRequest(text=TEXT.format(at=1) + "电话13987654321。"))
    consult()
    assert len(fake.asked) == 1
    assert outcome_of(second.request_id).outcome == Outcome.CACHED
    assert outcome_of(second.request_id).advice["title"] == outcome_of(first.request_id).advice["title"]
    with clock.at(clock.now() + timedelta(days=2)):
        services.receive(NewRequest(text=TEXT.format(at=1) + "电话13700000000。"))
        consult()
    assert len(fake.asked) == 2


def test_an_open_breaker_lets_one_try_after_its_rest(fake: Fake) -> None:
    fake.behaviours = [raw(b"no json")]
    begun = clock.now()
    for at in range(7):
        services.receive(NewRequest(text=TEXT.format(at=at)))
        with clock.at(begun):
            consult_inline()
    assert len(fake.asked) == 5
    fake.behaviours = [reads()]
    with clock.at(begun + timedelta(minutes=2)):
        consult_inline()
        assert len(fake.asked) == 6
        while consult_inline():
            continue
    with as_system():
        assert ChatState.objects.get().open_until is None
        assert Consultation.objects.filter(outcome="answered").count() == 7


ADMITS = """
import sys
from minhu.server.bootstrap import setup
setup()
from minhu.engines.chat import ChatSettings, NoAnswer, Outcome, Spent
from minhu.intake.services.chat_keeper import SharedKeeper
keeper, got = SharedKeeper(ChatSettings("http://127.0.0.1:1/v1", "m", budget=10_000)), []
for _ in range(12):
    try:
        keeper.admit(1_000)
        got.append("in")
    except NoAnswer as error:
        got.append(error.outcome.value)
if sys.argv[1] == "break":
    for _ in range(5):
        keeper.settle(0, Spent(Outcome.BROKEN))
print(*got)
"""


@pytest.mark.skipif(not os.environ.get("MINHU_FAULTS"), reason="played by .ci/run, which sets MINHU_FAULTS=ci")
@pytest.mark.django_db(transaction=True)
def test_budget_and_breaker_hold_for_all_processes() -> None:
    command, environment = [sys.executable, "-c", ADMITS], {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    started = [subprocess.Popen([*command, "no"], stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    said = [one.communicate(timeout=120)[0].split() for one in started]
    together = [word for words in said for word in words]
    assert (together.count("in"), together.count("budget_spent")) == (10, 26)
    with transaction.atomic(), as_system():
        assert ChatDay.objects.get().tokens == 10_000
        ChatDay.objects.all().delete()
    subprocess.run([*command, "break"], check=True, capture_output=True, timeout=120, env=environment)
    after = subprocess.run(
        [*command, "no"], check=True, capture_output=True, text=True, timeout=120, env=environment
    ).stdout.split()
    assert after == ["breaker_open"] * 12
    with transaction.atomic(), as_system():
        assert ChatCount.objects.get(outcome="breaker_open").questions >= 12


def test_what_is_forgotten_is_gone_from_answers_too(fake: Fake) -> None:
    from minhu.intake.services.forgetting import forget_old

    fake.behaviours = [reads()]
    receipt = services.receive(NewRequest(text=TEXT.format(at=1)))
    consult()
    assert outcome_of(receipt.request_id).answer is not None
    with clock.at(clock.now() + timedelta(days=800)), as_system():
        assert forget_old(1) >= 1
    row = outcome_of(receipt.request_id)
    assert (row.answer, row.advice, row.key) == (None, None, None)
    with as_system():
        assert Request.objects.get(pk=receipt.request_id)


def test_without_an_address_nothing_is_taken(db: None) -> None:
    services.receive(NewRequest(text=TEXT.format(at=1)))
    assert consult() == 0
    with as_system():
        assert not Consultation.objects.exists()


def test_an_answer_in_a_fence_is_taken(fake: Fake) -> None:
    quote = "家里有老人"
    good = {
        "category": {"code": "A1", "quote": quote, "confidence": 1.0}, "request_type": "求助", "intake": None, "urgency": None,
        "places": ["春晖小区"], "elements": [{"kind": "demand", "quote": "请尽快处理"}], "title": "春晖小区停水", "summary": None,
    }  # fmt: skip
    fake.behaviours = [says("```json\n" + json.dumps(good, ensure_ascii=False) + "\n```")]
    receipt = services.receive(NewRequest(text=TEXT.format(at=1)))
    consult()
    advice = outcome_of(receipt.request_id).advice
    assert advice["category"]["label"].endswith("供水")
    assert advice["category"]["confidence"] == 0.9
    assert advice["elements"] == [["demand", "请尽快处理"]]
