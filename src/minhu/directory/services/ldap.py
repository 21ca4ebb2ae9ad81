"""Passwords of a directory server (LDAP): found by a filter that nothing can be injected into, proved by a bind.

TLS with a checked certificate, unless the operator allows plain text. The account must exist here; nothing is copied.
"""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from ldap3 import AUTO_BIND_NONE, NONE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from minhu.directory.models import Staff

SECONDS = 5
log = structlog.get_logger("minhu.accounts")


def _server() -> Server:
    chosen = settings.ACCOUNTS
    parts = urlsplit(chosen.ldap_url)
    tls = Tls(
        validate=ssl.CERT_REQUIRED, version=ssl.PROTOCOL_TLS_CLIENT, ca_certs_file=chosen.ldap_ca_file or None,
        valid_names=[parts.hostname] if parts.hostname else None,
    )  # fmt: skip
    secure = parts.scheme == "ldaps"
    return Server(
        parts.hostname or "", port=parts.port or (636 if secure else 389), use_ssl=secure, tls=tls, get_info=NONE,
        connect_timeout=SECONDS,
    )  # fmt: skip


def _connection(dn: str, password: str) -> Connection:
    """An open connection, under TLS, not yet bound; raises LDAPException."""
    chosen = settings.ACCOUNTS
    connection = Connection(
        _server(), user=dn or None, password=password or None, auto_bind=AUTO_BIND_NONE, auto_referrals=False,
        receive_timeout=SECONDS, read_only=True, raise_exceptions=False,
    )  # fmt: skip
    connection.open()
    if urlsplit(chosen.ldap_url).scheme == "ldap" and not chosen.ldap_allow_plain and not connection.start_tls():
        raise LDAPException("the server refused STARTTLS")
    return connection


def is_right(username: str, password: str) -> bool:
    """Whether the directory server knows this name exactly once and takes the password.

    An empty password would be an anonymous bind that every server accepts; it is never sent.
    """
    if not password or not username or "\0" in username + password:
        return False
    chosen = settings.ACCOUNTS
    try:
        searching = _connection(chosen.ldap_bind_dn, chosen.ldap_bind_password)
        if not searching.bind():
            log.warning("ldap_search_account_refused")
            return False
        wanted = chosen.ldap_filter.replace("{username}", escape_filter_chars(username))
        searching.search(chosen.ldap_base, wanted, attributes=["1.1"], size_limit=2, time_limit=SECONDS)
        found = [entry["dn"] for entry in searching.response or [] if entry.get("type") == "searchResEntry"]
        searching.unbind()
        if len(found) != 1 or not found[0]:
            return False
        proving = _connection(found[0], password)
        right = bool(proving.bind())
        proving.unbind()
    except (LDAPException, OSError, ssl.SSLError) as error:
        log.warning("ldap_unavailable", error=type(error).__name__)
        return False
    return right


class LdapBackend(BaseBackend):
    """Django's door to it; a wrong answer leaves the word to the next backend (local passwords)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_rest: Any
    ) -> Staff | None:
        """The active account of that name, when the directory server takes the password."""
        name = (username or "").strip().lower()
        if not is_right(name, password or ""):
            return None
        return Staff.objects.filter(username=name, is_active=True).first()

    def get_user(self, user_id: int) -> Staff | None:
        """Sessions are kept by Django's own backend."""
        return Staff.objects.filter(pk=user_id, is_active=True).first()
