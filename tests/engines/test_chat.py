"""A question to a chat model ends in time with an answer or a reason, costs what it may, and reaches nobody else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chat_fake import Fake, chat_fake, raw, reads, says, silent, trickle
from minhu.engines.chat import ChatClient, ChatSettings, NoAnswer, Outcome, Prompt, chat_settings
from minhu.engines.chat.memory import OwnKeeper

PROMPT = Prompt("只输出 JSON。\n==\n分类代码：\n", "==\n停水了。\n==", {"type": "object"}, 100)


def client(fake: Fake, seconds: float = 2.0, budget: int = 0, key: str = "sk-secret") -> ChatClient:
    return ChatClient(ChatSettings(fake.url, "fake-1", key, seconds, budget), OwnKeeper(budget))


def ends(asked: ChatClient, prompt: Prompt = PROMPT) -> Outcome:
    try:
        asked.ask(prompt, str)
    except NoAnswer as error:
        return error.outcome
    return Outcome.ANSWERED


def test_what_is_sent_is_what_such_endpoints_take() -> None:
    with chat_fake() as fake:
        fake.behaviours = [says("好")]
        asked = client(fake)
        assert asked.ask(PROMPT, str) == "好"
        assert fake.paths == ["/v1/chat/completions"]
        assert fake.keys == ["Bearer sk-secret"]
        assert fake.asked[0]["model"] == "fake-1"
        assert fake.asked[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}
        assert "sk-secret" not in repr(asked.settings)


def test_busy_and_broken_are_tried_again_within_the_time() -> None:
    with chat_fake() as fake:
        fake.behaviours = [raw(b"", 500), raw(b"", 429), says("好")]
        assert ends(client(fake)) is Outcome.ANSWERED
        assert len(fake.asked) == 3


def test_who_asks_to_be_left_alone_longer_than_there_is_time_is_left_alone() -> None:
    with chat_fake() as fake:
        fake.behaviours = [raw(b"", 429, Retry_After="30")]
        began = time.monotonic()
        assert ends(client(fake)) is Outcome.BUSY
        assert time.monotonic() - began < 10, "half a minute was asked for"
        assert len(fake.asked) == 1


@pytest.mark.parametrize("behaviour", [silent(20), trickle()], ids=["silence", "a byte at a time"])
def test_a_question_ends_after_its_seconds_whatever_happens(behaviour: object) -> None:
    with chat_fake() as fake:
        fake.behaviours = [behaviour]  # type: ignore[list-item]
        began = time.monotonic()
        assert ends(client(fake, seconds=0.6)) is Outcome.TIMEOUT
        assert time.monotonic() - began < 10, "it would have held us twenty seconds or more"


def test_a_redirect_is_followed_nowhere() -> None:
    with chat_fake() as fake, chat_fake() as inside:
        fake.behaviours = [raw(b"", 307, Location=inside.url + "/chat/completions")]
        assert ends(client(fake)) is Outcome.REDIRECT
        assert inside.asked == []


def test_the_budget_of_a_day_holds_and_only_what_was_used_counts() -> None:
    with chat_fake() as fake:
        fake.behaviours = [says("好", tokens=50)]
        asked = client(fake, budget=2 * PROMPT.estimate())
        ends_of = [ends(asked) for _ in range(8)]
        assert ends_of.count(Outcome.ANSWERED) == len(fake.asked) > 2
        assert ends_of[-1] is Outcome.BUDGET_SPENT
        assert asked.keeper.tokens == 50 * len(fake.asked)  # type: ignore[attr-defined]


def test_figures_of_use_that_cannot_be_true_count_as_the_estimate() -> None:
    for told in (-5, "x", None, True, 10**12):
        with chat_fake() as fake:
            fake.behaviours = [says("好", tokens=told)]
            asked = client(fake)
            ends(asked)
            assert asked.keeper.tokens in (PROMPT.estimate(), 1_000_000)  # type: ignore[attr-defined]


def test_after_five_faults_the_endpoint_is_left_alone() -> None:
    with chat_fake() as fake:
        fake.behaviours = [raw(b"no json")]
        asked = client(fake)
        assert [ends(asked) for _ in range(6)] == [Outcome.GARBAGE] * 5 + [Outcome.BREAKER_OPEN]
        assert len(fake.asked) == 5


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://169.254.169.254/v1", Outcome.FORBIDDEN_ADDRESS),
        ("https://[fe80::1]/v1", Outcome.FORBIDDEN_ADDRESS),
        ("http://93.184.216.34/v1", Outcome.FORBIDDEN_ADDRESS),
        ("http://127.0.0.1:9/v1", Outcome.NO_CONNECTION),
    ],
)
def test_metadata_addresses_and_open_lines_to_the_world_are_refused(url: str, outcome: Outcome) -> None:
    asked = ChatClient(ChatSettings(url, "m", seconds=1.0), OwnKeeper(0))
    assert ends(asked) is outcome


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"MINHU_CHAT_URL": "ftp://x", "MINHU_CHAT_MODEL": "m"}, "MINHU_CHAT_URL"),
        ({"MINHU_CHAT_URL": "https://u:p@x/v1", "MINHU_CHAT_MODEL": "m"}, "MINHU_CHAT_URL"),
        ({"MINHU_CHAT_URL": "https://x/v1"}, "MINHU_CHAT_MODEL"),
        ({"MINHU_CHAT_SECONDS": "soon"}, "MINHU_CHAT_SECONDS"),
        ({"MINHU_CHAT_SECONDS": "nan"}, "MINHU_CHAT_SECONDS"),
        ({"MINHU_CHAT_BUDGET": "-1"}, "MINHU_CHAT_BUDGET"),
        ({"MINHU_CHAT_KEY": "a b"}, "MINHU_CHAT_KEY"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, wrong: dict[str, str], names: str) -> None:
    right = {"MINHU_HOME": str(tmp_path), "MINHU_CHAT_URL": "https://x/v1", "MINHU_CHAT_MODEL": "m"}
    if "MINHU_CHAT_URL" in wrong and "MINHU_CHAT_MODEL" not in wrong:
        right.pop("MINHU_CHAT_MODEL")
    with pytest.raises(ValueError, match=names):
        chat_settings(right | wrong)


def test_the_key_may_lie_in_a_file_beside_the_other_keys(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "chat.key").write_text("sk-file\n")
    found = chat_settings({"MINHU_HOME": str(tmp_path), "MINHU_CHAT_URL": "https://x/v1", "MINHU_CHAT_MODEL": "m"})
    assert found is not None
    assert found.key == "sk-file"
    assert chat_settings({"MINHU_HOME": str(tmp_path)}) is None


def test_a_good_answer_has_the_schema_that_was_asked_for() -> None:
    from minhu.language.advice import check, read_answer, schema
    from minhu.language.advice_prompt import fenced, instructions
    from minhu.language.veil import veil

    words = veil("春晖小区停水两天了。")
    prompt = Prompt(instructions("==", [("a.1", "供水")]), fenced("==", words.text), schema())
    with chat_fake() as fake:
        fake.behaviours = [reads()]
        advice = check(client(fake).ask(prompt, read_answer), words, ["a.1"])
    assert (advice.category, advice.title, advice.dropped) == ("a.1", "春晖小区停水两天了", ())
