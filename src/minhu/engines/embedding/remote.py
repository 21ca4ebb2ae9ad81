"""Vectors from an OpenAI-compatible endpoint (POST /embeddings): masked, ended within its seconds, behind a breaker."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from minhu.engines.chat.posting import insist, post
from minhu.engines.chat.types import BREAKING, NoAnswer, Outcome
from minhu.engines.embedding.settings import EmbeddingSettings
from minhu.engines.embedding.types import Purpose, Unembedded, Vectors, cleaned
from minhu.engines.endpoints import Endpoint
from minhu.language.veil import veil

TOGETHER: Final = 16
MOST_ANSWER: Final = 4 * 1024 * 1024
FEWEST_COLUMNS: Final = 8
MOST_COLUMNS: Final = 8192
FAILURES: Final = 5
FIRST_REST: Final = 30.0
LONGEST_REST: Final = 600.0
LONGEST_ASKED_REST: Final = 3600.0
_REASONS: Final = {
    Outcome.TIMEOUT: "语义向量服务没有在规定时间内答复，请稍后再试。",
    Outcome.BUSY: "语义向量服务正忙，请稍后再试。",
    Outcome.BROKEN: "语义向量服务出错，请稍后再试；一直如此请系统管理员检查该服务。",
    Outcome.REFUSED: "语义向量服务拒绝了请求，请系统管理员核对 MINHU_EMBEDDING_MODEL 与密钥。",
    Outcome.REDIRECT: "语义向量服务要求跳转，未跟随；请系统管理员核对 MINHU_EMBEDDING_URL。",
    Outcome.NO_CONNECTION: "无法连接语义向量服务，请系统管理员核对 MINHU_EMBEDDING_URL 与网络。",
    Outcome.BAD_CERTIFICATE: "语义向量服务的安全证书无法验证，未发送；请系统管理员检查证书。",
    Outcome.FORBIDDEN_ADDRESS: "语义向量服务的地址不允许调用：公网须用 https，本机元数据等地址一律不可。",
    Outcome.GARBAGE: "语义向量服务的答复不是可用的向量，请系统管理员核对 MINHU_EMBEDDING_MODEL 是不是向量模型。",
    Outcome.BREAKER_OPEN: "语义向量服务连续出错，暂停调用，稍后会自动再试。",
}


@dataclass
class Breaker:
    """After five faults one after another an endpoint is left alone, each time longer; then one call tries again."""

    failures: int = 0
    opened: int = 0
    until: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def admit(self) -> None:
        """Raises NoAnswer while the endpoint is left alone."""
        with self._guard:
            left = self.until - time.monotonic()
            if left > 0:
                raise NoAnswer(Outcome.BREAKER_OPEN, max(1, round(left)))
            if self.until:
                # Whoever comes meanwhile still waits: one call alone tries whether it works again.
                self.until = time.monotonic() + FIRST_REST

    def settle(self, outcome: Outcome, asked_rest: int = 0) -> None:
        """Count how a call ended; ``asked_rest``: the seconds that the endpoint asked for."""
        with self._guard:
            if outcome not in BREAKING:
                self.failures = self.opened = 0
                self.until = 0.0
                return
            self.failures += 1
            if self.failures >= FAILURES or asked_rest:
                rest = max(min(float(asked_rest), LONGEST_ASKED_REST), min(FIRST_REST * 2**self.opened, LONGEST_REST))
                self.until, self.opened = time.monotonic() + rest, min(self.opened + 1, 10)


@dataclass
class RemoteEmbedder:
    """Asks one endpoint; personal data is taken out of every text before it leaves the house."""

    settings: EmbeddingSettings
    endpoint: Endpoint
    breaker: Breaker = field(default_factory=Breaker)
    stays_inside: bool = field(default=False, init=False)
    _columns: int = field(default=0, init=False)

    @property
    def maker(self) -> str:
        """Name of the model, and of the host that runs it."""
        return f"{self.endpoint.host}/{self.endpoint.model}"[:120]

    def embed(self, texts: Sequence[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        """One row for each text; each 16 texts have the endpoint's seconds. Raises Unembedded."""
        ready = [cleaned(veil(cleaned(one)).text) for one in texts]
        said = [at for at, one in enumerate(ready) if one]
        prefix = self.settings.query_prefix if purpose is Purpose.QUERY else self.settings.passage_prefix
        parts = [
            self._ask([prefix + ready[at] for at in said[begin : begin + TOGETHER]])
            for begin in range(0, len(said), TOGETHER)
        ]
        rows = np.zeros((len(ready), self._columns), dtype=np.float32)
        if parts:
            rows[said] = np.concatenate(parts)
        return Vectors(self.maker, rows)

    def _ask(self, texts: list[str]) -> npt.NDArray[np.float32]:
        outcome, pause = Outcome.BROKEN, 0
        try:
            self.breaker.admit()
        except NoAnswer as error:
            raise _unembedded(error) from error
        try:
            found = self._answer(texts)
            outcome = Outcome.ANSWERED
        except NoAnswer as error:
            outcome, pause = error.outcome, error.retry_after or 0
            raise _unembedded(error) from error
        finally:
            self.breaker.settle(outcome, pause)
        return found

    def _answer(self, texts: list[str]) -> npt.NDArray[np.float32]:
        deadline = time.monotonic() + self.endpoint.seconds
        asked = {"model": self.endpoint.model, "input": texts, "encoding_format": "float"}
        body = json.dumps(asked, ensure_ascii=False).encode()
        rows = insist(
            lambda: _rows_of(post(self.endpoint, "embeddings", body, deadline, MOST_ANSWER), len(texts)), deadline
        )
        if self._columns not in (0, rows.shape[1]):
            raise NoAnswer(Outcome.GARBAGE)
        self._columns = int(rows.shape[1])
        return rows


def _rows_of(body: bytes, wanted: int) -> npt.NDArray[np.float32]:
    """The vectors of an answer in the order of the texts, each of length 1; raises NoAnswer for what is none."""
    try:
        data = json.loads(body)["data"]
        found: dict[Any, Any] = {one["index"]: one["embedding"] for one in data}
        if not len(data) == len(found) == wanted or any(type(at) is not int for at in found):
            raise NoAnswer(Outcome.GARBAGE)
        raw = np.array([found[at] for at in range(wanted)])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise NoAnswer(Outcome.GARBAGE) from error
    if raw.ndim != 2 or raw.dtype.kind not in "fi" or not FEWEST_COLUMNS <= raw.shape[1] <= MOST_COLUMNS:
        raise NoAnswer(Outcome.GARBAGE)
    rows = raw.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if not np.isfinite(lengths).all() or lengths.min() <= 0:
        raise NoAnswer(Outcome.GARBAGE)
    return np.asarray(rows / lengths[:, None], dtype=np.float32)


def _unembedded(error: NoAnswer) -> Unembedded:
    return Unembedded(_REASONS[error.outcome], code=error.outcome.value, retry_after=error.retry_after)
