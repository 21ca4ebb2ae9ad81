"""Where the chat model is, from the environment; the key stands there or in a file beside the other keys."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from minhu.engines import outbound
from minhu.engines.database import home_folder
from minhu.kernel.errors import Invalid

SECONDS: Final = 3.0
MOST_SECONDS: Final = 60.0
BUDGET: Final = 500_000
KEY_FILE: Final = "chat.key"
_OWN: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """An endpoint: base address (with /v1), key, model, seconds for a whole question, tokens a day (0: no limit)."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS
    budget: int = BUDGET

    @property
    def completions(self) -> str:
        """The address that is called."""
        return f"{self.url.rstrip('/')}/chat/completions"

    @property
    def host(self) -> str:
        """The host of the endpoint, for audit lines."""
        return outbound.parse(self.completions).host

    def permits(self, address: outbound.Address) -> bool:
        """Whether the endpoint may have this address.

        The operator named it in the environment, so it may be in a private network, but never at a link-local one
        (metadata of clouds); a public one only by TLS.
        """
        networks = (*_OWN, *outbound.allowed_networks())
        if any(address.version == network.version and address in network for network in networks):
            return True
        return outbound.parse(self.completions).secure and outbound.may_call(address)


def chat_settings(environ: Mapping[str, str] | None = None) -> ChatSettings | None:
    """What the operator chose; None without MINHU_CHAT_URL. Raises ValueError with a sentence that names the variable."""
    source = os.environ if environ is None else environ
    url, model = source.get("MINHU_CHAT_URL", "").strip(), source.get("MINHU_CHAT_MODEL", "").strip()
    if not url:
        return None
    if not model or len(model) > 100 or not model.isprintable():
        raise ValueError("MINHU_CHAT_MODEL must name the model when MINHU_CHAT_URL is set")
    try:
        outbound.parse(url)
    except Invalid as error:
        raise ValueError(f"MINHU_CHAT_URL looks like https://host/v1, not {url!r}") from error
    key = source.get("MINHU_CHAT_KEY", "").strip() or _key_of_file(home_folder(source) / "keys" / KEY_FILE)
    if not key.isascii() or any(sign.isspace() for sign in key):
        raise ValueError("MINHU_CHAT_KEY holds signs that no key has")
    return ChatSettings(url, model, key, _seconds(source), _budget(source))


def _key_of_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{KEY_FILE} in MINHU_HOME/keys cannot be read") from error


def _seconds(source: Mapping[str, str]) -> float:
    text = source.get("MINHU_CHAT_SECONDS") or str(SECONDS)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.2 <= value <= MOST_SECONDS:
        raise ValueError(f"MINHU_CHAT_SECONDS is between 0.2 and {MOST_SECONDS:.0f}, not {text!r}")
    return value


def _budget(source: Mapping[str, str]) -> int:
    text = source.get("MINHU_CHAT_BUDGET") or str(BUDGET)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError(f"MINHU_CHAT_BUDGET is a whole number of tokens a day, not {text!r}")
    return int(text)
