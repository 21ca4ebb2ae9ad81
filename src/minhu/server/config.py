"""Every environment variable that Minhu reads, in one typed table (docs/reference/settings.md is made from it)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from minhu.engines.chat import chat_settings
from minhu.engines.database import home_folder
from minhu.engines.embedding import embedding_settings
from minhu.engines.outbound import allowed_networks
from minhu.engines.speech.exchange.settings import exchange_settings
from minhu.engines.speech.settings import speech_settings
from minhu.kernel.keeping import parse
from minhu.server.account_config import AccountConfig
from minhu.server.config_errors import ConfigError
from minhu.server.config_errors import flag as _flag
from minhu.server.config_errors import whole as _whole

__all__ = ["AccountConfig", "Config", "ConfigError"]


def _setting(variable: str, default: str, meaning: str) -> Any:
    secret = variable.endswith(("_KEY", "_TOKEN"))  # never in a log or on a debug page
    return field(metadata={"variable": variable, "default": default, "meaning": meaning}, repr=not secret)


@dataclass(frozen=True)
class Config:
    """What the operator chose. Read once for a process by `Config.read`."""

    home: Path = _setting("MINHU_HOME", ".minhu", "folder of the embedded database, files and keys")
    database_url: str = _setting("MINHU_DATABASE_URL", "", "a PostgreSQL server of your own (15 or newer)")
    owner: bool = _setting(
        "MINHU_DB_OWNER", "0", "work as the owner of the tables instead of the role minhu_app (migrations only)"
    )
    demo: bool = _setting("MINHU_DEMO", "0", "the fictional city: one-click login, bound to loopback")
    listen: str = _setting("MINHU_LISTEN", "127.0.0.1:8712", "address and port of the web server")
    hosts: tuple[str, ...] = _setting(
        "MINHU_HOSTS", "localhost,127.0.0.1,[::1]", "host names under which the pages are reached, separated by commas"
    )
    https: bool = _setting("MINHU_HTTPS", "0", "1 behind TLS: secure cookies, HSTS, trust X-Forwarded-Proto")
    proxies: int = _setting(
        "MINHU_PROXIES", "0", "reverse proxies of your own in front: the caller's address is taken from X-Forwarded-For"
    )
    debug: bool = _setting("MINHU_DEBUG", "0", "Django's debug pages; never in service")
    worker: str = _setting("MINHU_WORKER", "inline", "inline: background loops in the web process; none: elsewhere")
    threads: int = _setting("MINHU_THREADS", "16", "requests that one web process works on at once")
    queue: int = _setting(
        "MINHU_QUEUE", "32", "requests of one kind that wait in one web process; further ones are answered 429"
    )
    queue_seconds: int = _setting(
        "MINHU_QUEUE_SECONDS", "5", "how long a request waits at most before it is answered 429"
    )
    upload_mb: int = _setting("MINHU_UPLOAD_MB", "64", "largest request body in megabytes")
    cipher: str = _setting(
        "MINHU_CIPHER", "aes", "how personal values are sealed from now on: aes (256-GCM) or sm4 (GCM)"
    )
    master_key_file: str = _setting("MINHU_MASTER_KEY_FILE", "", "master key elsewhere than in MINHU_HOME/keys")
    master_key: str = _setting("MINHU_MASTER_KEY", "", "the master key itself in base64, instead of a file")
    kms: str = _setting(
        "MINHU_KMS", "", "key management plug-in that wraps the master key: an entry point's name, or module:maker"
    )
    retention_years: int = _setting(
        "MINHU_RETENTION_YEARS", "0", "requests older than so many years are anonymised for good; 0: never"
    )
    keep: dict[str, int] = _setting(
        "MINHU_KEEP", "", "days that records are kept, where not by default, e.g. access=1826,jobs=60"
    )
    jurisdiction: str = _setting("MINHU_JURISDICTION", "", "jurisdiction_id of this city in Open311, e.g. its domain")
    open311_level: int = _setting(
        "MINHU_OPEN311_LEVEL", "0", "level of the category tree that Open311 lists as services; 0: the leaves"
    )
    open311_tokens: bool = _setting(
        "MINHU_OPEN311_TOKENS", "0", "Open311 answers a token until a person (or a rule) has accepted the request"
    )
    outbound: str = _setting(
        "MINHU_OUTBOUND_NETWORKS",
        "",
        "private networks that messages to partners and visits of watched sites may go to, e.g. 10.2.0.0/16",
    )
    ask_origins: tuple[str, ...] = _setting(
        "MINHU_ASK_ORIGINS", "", "sites that may show the question window, e.g. https://www.city.gov.cn; commas between"
    )
    ask_per_minute: int = _setting(
        "MINHU_ASK_PER_MINUTE", "20", "questions a minute from one address without a token, in each web process"
    )
    calls: int = _setting("MINHU_CALLS", "200", "telephone calls at once whose sound runs through this process")
    call_threads: int = _setting("MINHU_CALL_THREADS", "6", "threads that work for calls, each with a connection")
    exchange_url: str = _setting(
        "MINHU_EXCHANGE_URL",
        "",
        "a telephone exchange whose events are read live: ari://user@host:8088/ari?app=minhu, aris://… or esl://host:8021",
    )
    exchange_key: str = _setting(
        "MINHU_EXCHANGE_KEY", "", "its password; empty: the file exchange.key in MINHU_HOME/keys"
    )
    exchange_name: str = _setting(
        "MINHU_EXCHANGE_NAME", "pbx", "its name here: that of the token with which it brings the sound of its calls"
    )
    exchange_dial: str = _setting(
        "MINHU_EXCHANGE_DIAL", "", "its dial string for calls of the house, e.g. PJSIP/{number}@trunk; empty: no calls"
    )
    exchange_enter: str = _setting(
        "MINHU_EXCHANGE_ENTER", "minhu-out,s", "context and extension into which such a call goes once it is answered"
    )
    exchange_caller: str = _setting("MINHU_EXCHANGE_CALLER", "12345", "the number that the called person sees")
    exchange_surveys: str = _setting(
        "MINHU_EXCHANGE_SURVEYS",
        "none",
        "who is asked by telephone how a request was handled: none, rest (whom text messages do not reach) or all",
    )
    chat_url: str = _setting(
        "MINHU_CHAT_URL", "", "an OpenAI-compatible chat model that improves suggestions, e.g. https://host/v1"
    )
    chat_key: str = _setting(
        "MINHU_CHAT_KEY", "", "its key; empty: the file chat.key in MINHU_HOME/keys, if there is one"
    )
    chat_model: str = _setting("MINHU_CHAT_MODEL", "", "name of the model there")
    chat_seconds: str = _setting("MINHU_CHAT_SECONDS", "3", "seconds for a whole question, further attempts included")
    chat_budget: str = _setting("MINHU_CHAT_BUDGET", "500000", "tokens a day for the whole house; 0: no limit")
    embedding: str = _setting(
        "MINHU_EMBEDDING",
        "",
        "vectors of meaning: local, remote or none; empty: remote when an address is set, else local",
    )
    embedding_second_look: str = _setting(
        "MINHU_EMBEDDING_SECOND_LOOK", "1", "look again, in the background, at new requests whose category is unsure"
    )
    embedding_url: str = _setting(
        "MINHU_EMBEDDING_URL",
        "",
        "an OpenAI-compatible endpoint for embeddings, e.g. https://host/v1; gets masked texts",
    )
    embedding_key: str = _setting(
        "MINHU_EMBEDDING_KEY", "", "its key; empty: the file embedding.key in MINHU_HOME/keys, if there is one"
    )
    embedding_model: str = _setting("MINHU_EMBEDDING_MODEL", "", "name of the model there")
    embedding_seconds: str = _setting("MINHU_EMBEDDING_SECONDS", "3", "seconds for each sixteen texts")
    embedding_query_prefix: str = _setting(
        "MINHU_EMBEDDING_QUERY_PREFIX", "", "what that model wants before a question, e.g. 'query: '"
    )
    embedding_passage_prefix: str = _setting(
        "MINHU_EMBEDDING_PASSAGE_PREFIX", "", "and before what is searched in, e.g. 'passage: '"
    )
    speech_folder: str = _setting(
        "MINHU_SPEECH_FOLDER",
        "",
        "a mounted folder with a SenseVoice or Paraformer model for sherpa-onnx; before MINHU_SPEECH_URL",
    )
    speech_url: str = _setting(
        "MINHU_SPEECH_URL",
        "",
        "an OpenAI-compatible endpoint for transcriptions, e.g. https://host/v1; gets callers' voices",
    )
    speech_key: str = _setting(
        "MINHU_SPEECH_KEY", "", "its key; empty: the file speech.key in MINHU_HOME/keys, if there is one"
    )
    speech_model: str = _setting("MINHU_SPEECH_MODEL", "", "name of the model there")
    speech_seconds: str = _setting("MINHU_SPEECH_SECONDS", "3", "seconds for each turn of a call")
    speech_out: str = _setting(
        "MINHU_SPEECH_OUT",
        "",
        "who speaks: kokoro, espeak, remote or none; empty: the endpoint when an address is set, else what is installed",
    )
    speech_out_voice: str = _setting(
        "MINHU_SPEECH_OUT_VOICE",
        "",
        "xiaoxiao (a woman's) or yunyang (a man's) of kokoro, yue for Cantonese, or the endpoint's own",
    )
    speech_out_threads: str = _setting(
        "MINHU_SPEECH_OUT_THREADS", "1", "threads of kokoro for one piece of speech, 1 to 16"
    )
    speech_out_url: str = _setting(
        "MINHU_SPEECH_OUT_URL",
        "",
        "an OpenAI-compatible endpoint for speech, e.g. https://host/v1; gets what is said to callers",
    )
    speech_out_key: str = _setting(
        "MINHU_SPEECH_OUT_KEY", "", "its key; empty: the file speech_out.key in MINHU_HOME/keys, if there is one"
    )
    speech_out_model: str = _setting("MINHU_SPEECH_OUT_MODEL", "", "name of the model there")
    speech_out_seconds: str = _setting("MINHU_SPEECH_OUT_SECONDS", "3", "seconds for each piece of speech")
    witnesses: str = _setting(
        "MINHU_WITNESSES", "", "where checkpoints of the ledger are also kept: absolute paths, https://…, mailto:…"
    )
    mail: str = _setting(
        "MINHU_MAIL", "", "smtp://user:password@host:587?from=… or smtps://…; mail goes out through it"
    )
    metrics_token: str = _setting(
        "MINHU_METRICS_TOKEN", "", "bearer token that opens /metrics to Prometheus; without one the page does not exist"
    )
    otlp_endpoint: str = _setting(
        "MINHU_OTLP_ENDPOINT", "", "collector that gets traces by OTLP/HTTP, e.g. http://127.0.0.1:4318; empty: none"
    )
    log_level: str = _setting("MINHU_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR")

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Parse the environment; raises ConfigError with a sentence that names the variable."""
        source = os.environ if environ is None else environ
        raw = {f.name: source.get(f.metadata["variable"]) or f.metadata["default"] for f in fields(cls)}
        if raw["worker"] not in {"inline", "none"}:
            raise ConfigError(f"MINHU_WORKER is 'inline' or 'none', not {raw['worker']!r}")
        if raw["log_level"].upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ConfigError(f"MINHU_LOG_LEVEL is DEBUG, INFO, WARNING or ERROR, not {raw['log_level']!r}")
        if raw["cipher"].lower() not in {"aes", "sm4"}:
            raise ConfigError(f"MINHU_CIPHER is aes or sm4, not {raw['cipher']!r}")
        return cls(
            home=home_folder(source),
            database_url=raw["database_url"],
            owner=_flag("MINHU_DB_OWNER", raw["owner"]),
            demo=_flag("MINHU_DEMO", raw["demo"]),
            listen=raw["listen"],
            hosts=tuple(name.strip() for name in raw["hosts"].split(",") if name.strip()),
            https=_flag("MINHU_HTTPS", raw["https"]),
            proxies=_whole("MINHU_PROXIES", raw["proxies"], 0, 9),
            debug=_flag("MINHU_DEBUG", raw["debug"]),
            worker=raw["worker"],
            threads=_whole("MINHU_THREADS", raw["threads"], 1, 256),
            queue=_whole("MINHU_QUEUE", raw["queue"], 1, 1024),
            queue_seconds=_whole("MINHU_QUEUE_SECONDS", raw["queue_seconds"], 1, 60),
            upload_mb=_whole("MINHU_UPLOAD_MB", raw["upload_mb"], 1, 4096),
            cipher=raw["cipher"].lower(),
            master_key_file=raw["master_key_file"],
            master_key=raw["master_key"],
            kms=raw["kms"],
            retention_years=_whole("MINHU_RETENTION_YEARS", raw["retention_years"], 0, 99),
            keep=_kept("MINHU_KEEP", raw["keep"]),
            jurisdiction=raw["jurisdiction"].strip(),
            open311_level=_whole("MINHU_OPEN311_LEVEL", raw["open311_level"], 0, 9),
            open311_tokens=_flag("MINHU_OPEN311_TOKENS", raw["open311_tokens"]),
            outbound=_networks("MINHU_OUTBOUND_NETWORKS", raw["outbound"]),
            ask_origins=_origins("MINHU_ASK_ORIGINS", raw["ask_origins"]),
            ask_per_minute=_whole("MINHU_ASK_PER_MINUTE", raw["ask_per_minute"], 1, 100_000),
            calls=_whole("MINHU_CALLS", raw["calls"], 0, 10_000),
            call_threads=_whole("MINHU_CALL_THREADS", raw["call_threads"], 1, 64),
            **_models(source, raw),
            witnesses=_witnesses(raw["witnesses"]),
            mail=_mail(raw["mail"]),
            metrics_token=raw["metrics_token"],
            otlp_endpoint=_endpoint("MINHU_OTLP_ENDPOINT", raw["otlp_endpoint"]),
            log_level=raw["log_level"].upper(),
        )

    def address(self) -> tuple[str, int]:
        """Host and port of `listen`; raises ConfigError."""
        host, _, port = self.listen.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ConfigError(f"MINHU_LISTEN looks like 127.0.0.1:8712, not {self.listen!r}")
        return host.strip("[]"), int(port)


def _models(source: Mapping[str, str], raw: Mapping[str, str]) -> dict[str, str]:
    """Where the chat model, the model of meaning and the recogniser are: their own rooms read it again when they need it."""
    try:
        chat_settings(source)
        embedding_settings(source)
        speech_settings(source)
        exchange_settings(source)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    return {
        name: value for name, value in raw.items() if name.startswith(("chat_", "embedding", "speech_", "exchange_"))
    }


def _kept(variable: str, text: str) -> dict[str, int]:
    try:
        return parse(text)
    except ValueError as error:
        raise ConfigError(f"{variable}: {error}") from error


def _origins(variable: str, text: str) -> tuple[str, ...]:
    """Origins (scheme, host, port) without anything behind them; raises ConfigError."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for one in found:
        try:
            parts = urlsplit(one)
            whole = (
                parts.scheme in ("https", "http")
                and parts.hostname
                and not (parts.path or parts.query or parts.fragment)
            )
            named = whole and parts.username is None and (parts.port is None or parts.port > 0)
        except ValueError:
            named = False
        if not named or any(mark in one for mark in " ;*'\""):
            raise ConfigError(f"{variable} holds origins like https://www.city.gov.cn, not {one!r}")
    return found


def _networks(variable: str, text: str) -> str:
    try:
        allowed_networks(text)
    except ValueError as error:
        raise ConfigError(f"{variable} lists networks like 10.2.0.0/16, not {text!r}") from error
    return text


def _witnesses(text: str) -> str:
    for part in filter(None, map(str.strip, text.split(","))):
        if not part.startswith(("/", "https://", "http://127.0.0.1", "http://localhost", "mailto:")):
            raise ConfigError(f"MINHU_WITNESSES holds absolute paths, https://… and mailto:…, not {part!r}")
    return text


def _endpoint(variable: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        fine = not text or (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        fine = False
    if not fine or "@" in text or "?" in text:
        raise ConfigError(f"{variable} looks like http://127.0.0.1:4318 (secrets go into OTEL_EXPORTER_OTLP_HEADERS)")
    return text


def _mail(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        raise ConfigError("MINHU_MAIL looks like smtp://user:password@host:587?from=hotline@example.org")
    return text
