"""Where a model is that somebody else runs: an OpenAI-compatible endpoint named by the operator in the environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from minhu.engines import outbound
from minhu.engines.database import home_folder
from minhu.kernel.errors import Invalid

SECONDS: Final = 3.0
LEAST_SECONDS: Final = 0.2
MOST_SECONDS: Final = 60.0
_OWN: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Base address (with /v1), name of the model there, key, and seconds for one whole question."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    @property
    def host(self) -> str:
        """The host of the endpoint, for audit lines."""
        return outbound.parse(self.url).host

    def at(self, path: str) -> str:
        """The whole address of a call, e.g. of 'embeddings'."""
        return f"{self.url.rstrip('/')}/{path}"

    def permits(self, address: outbound.Address) -> bool:
        """Whether the endpoint may have this address.

        The operator named it in the environment, so it may be in a private network, but never at a link-local one
        (metadata of clouds); a public one only by TLS.
        """
        networks = (*_OWN, *outbound.allowed_networks())
        if any(address.version == network.version and address in network for network in networks):
            return True
        return outbound.parse(self.url).secure and outbound.may_call(address)


def read_endpoint(source: Mapping[str, str], prefix: str, key_file: str) -> Endpoint | None:
    """What stands in ``prefix``_URL, _MODEL, _KEY and _SECONDS; None without an address.

    An empty key is looked for in the file ``key_file`` beside the other keys. Raises ValueError with a sentence that
    names the variable.
    """
    url, model = source.get(f"{prefix}_URL", "").strip(), source.get(f"{prefix}_MODEL", "").strip()
    if not url:
        return None
    if not model or len(model) > 100 or not model.isprintable():
        raise ValueError(f"{prefix}_MODEL must name the model when {prefix}_URL is set")
    try:
        outbound.parse(url)
    except Invalid as error:
        raise ValueError(f"{prefix}_URL looks like https://host/v1, not {url!r}") from error
    key = source.get(f"{prefix}_KEY", "").strip() or key_of_file(home_folder(source) / "keys" / key_file)
    if not key.isascii() or any(sign.isspace() for sign in key):
        raise ValueError(f"{prefix}_KEY holds signs that no key has")
    return Endpoint(url, model, key, _seconds(source, f"{prefix}_SECONDS"))


def key_of_file(path: Path) -> str:
    """The key in a file, '' without one; raises ValueError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} in MINHU_HOME/keys cannot be read") from error


def _seconds(source: Mapping[str, str], variable: str) -> float:
    text = source.get(variable) or str(SECONDS)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not LEAST_SECONDS <= value <= MOST_SECONDS:
        raise ValueError(f"{variable} is between {LEAST_SECONDS} and {MOST_SECONDS:.0f}, not {text!r}")
    return value
