"""The one recogniser and the one synthesiser of a process, by the operator's settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from minhu.engines.speech.mounted import MountedRecogniser
from minhu.engines.speech.phrase_store import PhraseStore
from minhu.engines.speech.recognising import NoRecogniser, Recogniser
from minhu.engines.speech.saying import NoSynthesiser, Speaker, Synthesiser, Voice
from minhu.engines.speech.settings import OutSettings, SpeechSettings, out_settings, speech_settings
from minhu.engines.speech.transcribing import RemoteRecogniser


def house_recogniser(environ: Mapping[str, str] | None = None) -> Recogniser:
    """Whom the environment names; raises ValueError that names the variable."""
    return _made(speech_settings(environ))


@lru_cache(maxsize=4)
def _made(settings: SpeechSettings) -> Recogniser:
    if settings.folder is not None:
        return MountedRecogniser(settings.folder)
    return NoRecogniser() if settings.endpoint is None else RemoteRecogniser(settings.endpoint)


def synthesiser(environ: Mapping[str, str] | None = None) -> Synthesiser:
    """Who speaks here, chosen once for each set of settings; loads no model. Raises ValueError that names the variable."""
    return _speaker(out_settings(environ)) or NoSynthesiser()


def house_speaker(environ: Mapping[str, str] | None = None) -> Speaker | None:
    """The same with its further doors (phrases made ahead, which voices there are); None when nobody speaks."""
    return _speaker(out_settings(environ))


@lru_cache(maxsize=4)
def _speaker(settings: OutSettings) -> Speaker | None:
    from minhu.engines.speech.espeak import EspeakVoice
    from minhu.engines.speech.kokoro import KokoroVoice
    from minhu.engines.speech.remote_voice import RemoteVoice

    if settings.maker == "none":
        return None
    found: list[Voice] = []
    if settings.endpoint is not None and settings.maker in ("", "remote"):
        found.append(RemoteVoice(settings.endpoint, settings.voice or "alloy"))
    if settings.maker in ("", "kokoro"):
        found.append(KokoroVoice(settings.threads))
    if settings.maker != "remote":
        found.append(EspeakVoice())
    speaker = Speaker([one for one in found if one.readiness().ready], PhraseStore(settings.phrases), settings.voice)
    return speaker if speaker.voices else None
