"""Who turns sound into words and words into sound, from the environment; light to load."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from minhu.engines.database import home_folder
from minhu.engines.endpoints import Endpoint, read_endpoint

KEY_FILE: Final = "speech.key"
OUT_KEY_FILE: Final = "speech_out.key"
MAKERS: Final = ("kokoro", "espeak", "remote", "none")


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """A mounted folder goes before an endpoint; neither: nobody."""

    folder: Path | None = None
    endpoint: Endpoint | None = None


def speech_settings(environ: Mapping[str, str] | None = None) -> SpeechSettings:
    """What the operator chose. Raises ValueError with a sentence that names the variable."""
    source = os.environ if environ is None else environ
    folder = source.get("MINHU_SPEECH_FOLDER", "").strip()
    if folder and not Path(folder).is_absolute():
        raise ValueError(f"MINHU_SPEECH_FOLDER is an absolute path, not {folder!r}")
    return SpeechSettings(Path(folder) if folder else None, read_endpoint(source, "MINHU_SPEECH", KEY_FILE))


@dataclass(frozen=True, slots=True)
class OutSettings:
    """Who speaks. ``maker`` empty: the endpoint when there is one, else what is installed here."""

    phrases: Path
    maker: str = ""
    voice: str = ""
    threads: int = 1
    endpoint: Endpoint | None = None


def out_settings(environ: Mapping[str, str] | None = None) -> OutSettings:
    """What the operator chose. Raises ValueError with a sentence that names the variable."""
    source = os.environ if environ is None else environ
    maker = source.get("MINHU_SPEECH_OUT", "").strip()
    if maker and maker not in MAKERS:
        raise ValueError(f"MINHU_SPEECH_OUT is one of {', '.join(MAKERS)}, not {maker!r}")
    endpoint = read_endpoint(source, "MINHU_SPEECH_OUT", OUT_KEY_FILE)
    if maker == "remote" and endpoint is None:
        raise ValueError("MINHU_SPEECH_OUT=remote needs MINHU_SPEECH_OUT_URL and MINHU_SPEECH_OUT_MODEL")
    voice = source.get("MINHU_SPEECH_OUT_VOICE", "").strip()
    if len(voice) > 60 or not voice.isprintable():
        raise ValueError("MINHU_SPEECH_OUT_VOICE is the name of a voice, up to 60 signs")
    threads = source.get("MINHU_SPEECH_OUT_THREADS", "").strip() or "1"
    if threads not in {str(one) for one in range(1, 17)}:
        raise ValueError(f"MINHU_SPEECH_OUT_THREADS is between 1 and 16, not {threads!r}")
    return OutSettings(home_folder(source) / "speech" / "phrases", maker, voice, int(threads), endpoint)
