"""What MINHU_MAIL means: one address for the server, the account and the sender of all mail."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves; `host` is empty where none does."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False
    sender: str = ""


def read_mail(address: str) -> Mail:
    """Parse smtp://user:password@host:587?from=… (STARTTLS unless on port 25) or smtps://…; empty means no mail."""
    if not address:
        return Mail()
    parts = urlsplit(address)
    ssl = parts.scheme == "smtps"
    port = parts.port or (465 if ssl else 587)
    user = unquote(parts.username or "")
    sender = parse_qs(parts.query).get("from", [user or f"minhu@{parts.hostname}"])[0]
    return Mail(parts.hostname or "", port, user, unquote(parts.password or ""), not ssl and port != 25, ssl, sender)
