"""Words from a model in a folder that the operator mounted, by `sherpa-onnx`, which he installs beside it.

Neither comes with the house. The folder is one of those that its makers publish: `tokens.txt` beside `model.onnx` or
`model.int8.onnx`, of SenseVoice or Paraformer, told apart by the names of its parent folder and files.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from minhu.engines.speech.codecs import Rate, Samples
from minhu.engines.speech.recognising import Gathered, Heard, Readiness, Unheard, Word, in_order

PROGRAM: Final = "sherpa_onnx"
SECONDS_TO_TRY: Final = 120.0
_MODELS: Final = ("model.int8.onnx", "model.onnx")
_FAMILIES: Final = {"sense-voice": "sense_voice", "sensevoice": "sense_voice", "paraformer": "paraformer"}
_TRY: Final = """
import sys, sherpa_onnx
maker, place, file, tokens = sys.argv[1:]
getattr(sherpa_onnx.OfflineRecognizer, maker)(**{place: file, "tokens": tokens})
"""


def tried_in_a_child(family: str, file: Path, tokens: Path) -> bool:
    """Whether the model can be loaded at all. The program ends the whole process for a model that lacks its notes
    (seen with 2.0.1), so a process is risked that nobody needs; it ends after two minutes."""
    place = "model" if family == "sense_voice" else family
    command = [sys.executable, "-c", _TRY, f"from_{family}", place, str(file), str(tokens)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_TO_TRY, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@dataclass
class MountedRecogniser:
    """One model for the whole process, loaded with the first turn; a turn is read when it is over."""

    folder: Path
    threads: int = 1
    tried: Callable[[str, Path, Path], bool] = tried_in_a_child
    stays_inside: bool = field(default=True, init=False)
    _model: Any = field(default=None, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def maker(self) -> str:
        """Name of the folder."""
        return f"sherpa-onnx/{self.folder.name}"[:120]

    def readiness(self) -> Readiness:
        """Whether program, folder and files are there; loads nothing."""
        if find_spec(PROGRAM) is None:
            return Readiness(False, "没有安装 sherpa-onnx，语音识别不可用；请系统管理员安装该软件包后重启。")
        if not self.folder.is_dir():
            return Readiness(False, "语音识别模型目录不存在，请系统管理员核对 MINHU_SPEECH_FOLDER 并挂载。")
        if not (self.folder / "tokens.txt").is_file():
            return Readiness(False, "语音识别模型目录中缺少 tokens.txt，请放入完整的模型目录。")
        if self._file() is None:
            return Readiness(False, "语音识别模型目录中缺少 model.int8.onnx 或 model.onnx，请放入完整的模型目录。")
        if self._family() is None:
            return Readiness(False, "认不出模型种类：目录名中应有 sense-voice 或 paraformer，请按发布时的名称挂载。")
        return Readiness(True)

    def begin(self, rate: Rate) -> MountedHearing:
        """A new turn; raises Unheard with what is missing."""
        state = self.readiness()
        if not state.ready:
            raise Unheard(state.reason, code="not_mounted")
        return MountedHearing(self, Gathered(rate))

    def read(self, samples: Samples, rate: Rate) -> Heard:
        """The words of a whole turn; one turn at a time. Raises Unheard when the model cannot be read."""
        with self._guard:
            model = self._loaded()
            stream = model.create_stream()
            stream.accept_waveform(rate, samples.astype(np.float32) / 32768)
            model.decode_stream(stream)
            found = stream.result
        return Heard(
            found.text.strip(), _words(list(found.tokens), list(found.timestamps), len(samples) * 1000 // rate)
        )

    def _file(self) -> Path | None:
        return next((path for name in _MODELS if (path := self.folder / name).is_file()), None)

    def _family(self) -> str | None:
        name = self.folder.resolve().name.lower()
        return next((family for sign, family in _FAMILIES.items() if sign in name), None)

    def _loaded(self) -> Any:
        file, family = self._file(), self._family()
        if self._model is None and file is not None and family is not None:
            tokens = self.folder / "tokens.txt"
            if not self.tried(family, file, tokens):
                raise Unheard("语音识别模型无法载入，请核对模型目录是否完整。", code="bad_model")
            made = import_module(PROGRAM).OfflineRecognizer
            more = {"tokens": str(tokens), "num_threads": self.threads}
            if family == "sense_voice":
                self._model = made.from_sense_voice(model=str(file), language="auto", use_itn=True, **more)
            else:
                self._model = made.from_paraformer(paraformer=str(file), **more)
        if self._model is None:
            raise Unheard("语音识别模型目录不见了，请系统管理员重新挂载。", code="not_mounted")
        return self._model


class MountedHearing:
    """Gathers a turn."""

    def __init__(self, asked: MountedRecogniser, gathered: Gathered) -> None:
        self._asked, self._gathered = asked, gathered

    def feed(self, samples: Samples) -> None:
        """Nothing is understood before the end; raises Invalid for a turn of more than two minutes."""
        self._gathered.add(samples)

    def end(self) -> Heard:
        """All words; raises Unheard."""
        samples = self._gathered.samples
        return self._asked.read(samples, self._gathered.rate) if len(samples) else Heard("")


def _words(tokens: list[str], seconds: list[float], milliseconds: int) -> tuple[Word, ...]:
    """Tokens with the times at which they begin; each lasts until the next. None when the model tells no times."""
    if len(tokens) != len(seconds):
        return ()
    starts = [*(round(one * 1000) for one in seconds), milliseconds]
    made = [Word(text.strip("▁ "), starts[at], starts[at + 1]) for at, text in enumerate(tokens)]
    return in_order(made, milliseconds)
