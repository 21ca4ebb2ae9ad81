"""Where the exchange is and how the house speaks with it, from the environment; light to load."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from minhu.engines.database import home_folder
from minhu.engines.endpoints import key_of_file

KEY_FILE: Final = "exchange.key"
_NAME: Final = re.compile(r"[\w.\-]{1,64}", re.ASCII)
_ENTER: Final = re.compile(r"[\w.\-]{1,60},[\w.\-]{1,60}", re.ASCII)
_DIAL: Final = re.compile(r"[\w./@:+\-]*\{number\}[\w./@:+\-]*", re.ASCII)
_CALLER: Final = re.compile(r"\+?\d{3,20}", re.ASCII)
_SURVEYS: Final = re.compile(r"none|rest|all")
_PORTS: Final = {"ari": 8088, "aris": 8089, "esl": 8021}


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """One exchange. ``dial``: its dial string with ``{number}``, empty: it places no calls for the house."""

    kind: str
    """ari, aris (by TLS) or esl."""
    host: str
    port: int
    user: str = ""
    key: str = field(default="", repr=False)
    path: str = "/ari"
    app: str = "minhu"
    name: str = "pbx"
    """As its calls are known here: the name of the token with which it brings their sound."""
    dial: str = ""
    enter: tuple[str, str] = ("minhu-out", "s")
    """Context and extension into which an answered call goes; there it is connected to `/telephone/line`."""
    caller: str = "12345"
    """The number that the called person sees."""
    surveys: str = "none"
    """Who is asked by telephone how a request was handled: none, rest (whom text messages do not reach), all."""

    @property
    def secure(self) -> bool:
        """Whether by TLS."""
        return self.kind == "aris"


def exchange_settings(environ: Mapping[str, str] | None = None) -> ExchangeSettings | None:
    """What the operator chose, None without an address. Raises ValueError with a sentence that names the variable.

    No sentence repeats the address: somebody may have written the password into it.
    """
    source = os.environ if environ is None else environ
    url = source.get("MINHU_EXCHANGE_URL", "").strip()
    if not url:
        return None
    wrong = ValueError(
        "MINHU_EXCHANGE_URL looks like ari://user@host:8088/ari?app=minhu, aris://… or esl://host:8021; "
        "the password belongs into MINHU_EXCHANGE_KEY"
    )
    try:
        parts = urlsplit(url)
        kind, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    if kind not in _PORTS or not host or parts.password is not None or port == 0 or not url.isprintable():
        raise wrong
    key = source.get("MINHU_EXCHANGE_KEY", "").strip() or key_of_file(home_folder(source) / "keys" / KEY_FILE)
    if not key or not key.isascii() or any(sign.isspace() for sign in key):
        raise ValueError("MINHU_EXCHANGE_KEY (or the file exchange.key) holds the exchange's password, without spaces")
    if kind != "esl" and not parts.username:
        raise wrong
    context, _, extension = _value(source, "MINHU_EXCHANGE_ENTER", "minhu-out,s", _ENTER).partition(",")
    return ExchangeSettings(
        kind=kind, host=host, port=port or _PORTS[kind], user=parts.username or "", key=key,
        path=parts.path.rstrip("/") or "/ari", app=parse_qs(parts.query).get("app", ["minhu"])[0],
        name=_value(source, "MINHU_EXCHANGE_NAME", "pbx", _NAME), enter=(context, extension),
        surveys=_value(source, "MINHU_EXCHANGE_SURVEYS", "none", _SURVEYS),
        dial=_value(source, "MINHU_EXCHANGE_DIAL", "", _DIAL), caller=_value(source, "MINHU_EXCHANGE_CALLER", "12345", _CALLER),
    )  # fmt: skip


def _value(source: Mapping[str, str], variable: str, default: str, form: re.Pattern[str]) -> str:
    found = source.get(variable, "").strip() or default
    if found and not form.fullmatch(found):
        raise ValueError(f"{variable} does not look like {form.pattern}")
    return found
