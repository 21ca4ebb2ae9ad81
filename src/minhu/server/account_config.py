"""What an operator chooses about signing in: password profile, second factors, other doors (OIDC, LDAP), alarms by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from minhu.server.config_errors import ConfigError, flag, whole

CHOICES: Mapping[str, tuple[str, ...]] = {
    "MINHU_PASSWORD_PROFILE": ("dengbao", "asvs"),
    "MINHU_SECOND_FACTOR": ("sensitive", "all", "optional"),
    "MINHU_OIDC_MATCH": ("username", "employee_number"),
}
FLAGS = frozenset({"MINHU_OIDC_CREATE", "MINHU_OIDC_TRUST_MFA", "MINHU_LDAP_ALLOW_PLAIN"})
WHOLE: Mapping[str, tuple[int, int]] = {"MINHU_IDLE_MINUTES": (0, 1440), "MINHU_EMERGENCY_MINUTES": (5, 480)}


def _setting(variable: str, default: str, meaning: str) -> Any:
    secret = variable.endswith(("_SECRET", "_PASSWORD"))  # never in a log or on a debug page
    return field(metadata={"variable": variable, "default": default, "meaning": meaning}, repr=not secret)


@dataclass(frozen=True)
class AccountConfig:
    """Signing in, as the operator wants it. Read once for a process by `AccountConfig.read`."""

    password_profile: str = _setting(
        "MINHU_PASSWORD_PROFILE", "dengbao", "dengbao (GB/T 22239 level 3) or asvs (OWASP ASVS 5)"
    )
    second_factor: str = _setting(
        "MINHU_SECOND_FACTOR",
        "sensitive",
        "who must have two factors: sensitive (administrators and who sees requesters or exports), all, optional",
    )
    idle_minutes: int = _setting(
        "MINHU_IDLE_MINUTES", "0", "sign out after so long without a request; 0: the profile's"
    )
    passkey_host: str = _setting(
        "MINHU_PASSKEY_HOST", "", "domain that passkeys are bound to; empty: the host of the page"
    )
    emergency_minutes: int = _setting("MINHU_EMERGENCY_MINUTES", "60", "how long emergency access stays open")
    alarm_mail: tuple[str, ...] = _setting(
        "MINHU_ALARM_MAIL", "", "addresses told when emergency access is opened, separated by commas"
    )
    oidc_issuer: str = _setting("MINHU_OIDC_ISSUER", "", "sign-in by an OpenID Connect provider: its issuer address")
    oidc_client_id: str = _setting("MINHU_OIDC_CLIENT_ID", "", "client id given by the provider")
    oidc_client_secret: str = _setting("MINHU_OIDC_CLIENT_SECRET", "", "client secret given by the provider")
    oidc_claim: str = _setting("MINHU_OIDC_CLAIM", "preferred_username", "claim that says who it is")
    oidc_match: str = _setting("MINHU_OIDC_MATCH", "username", "what the claim is: username or employee_number")
    oidc_label: str = _setting("MINHU_OIDC_LABEL", "统一身份认证", "words on the button")
    oidc_create: bool = _setting("MINHU_OIDC_CREATE", "0", "1: make an account without posts for unknown people")
    oidc_trust_mfa: bool = _setting(
        "MINHU_OIDC_TRUST_MFA", "0", "1: the provider's own second factor (amr) counts as ours"
    )
    ldap_url: str = _setting(
        "MINHU_LDAP_URL", "", "passwords of a directory server: ldaps://host, or ldap:// with STARTTLS"
    )
    ldap_base: str = _setting("MINHU_LDAP_BASE", "", "where people are, e.g. ou=people,dc=city,dc=example")
    ldap_filter: str = _setting("MINHU_LDAP_FILTER", "(uid={username})", "how to find one; {username} is escaped")
    ldap_bind_dn: str = _setting("MINHU_LDAP_BIND_DN", "", "account that searches; empty: anonymous")
    ldap_bind_password: str = _setting("MINHU_LDAP_BIND_PASSWORD", "", "its password")
    ldap_ca_file: str = _setting("MINHU_LDAP_CA_FILE", "", "certificates that sign the server's; empty: the system's")
    ldap_allow_plain: bool = _setting("MINHU_LDAP_ALLOW_PLAIN", "0", "1: passwords may cross the wire without TLS")

    @classmethod
    def read(cls, source: Mapping[str, str]) -> AccountConfig:
        """Parse the environment; raises ConfigError with a sentence that names the variable."""
        values: dict[str, Any] = {}
        for one in fields(cls):
            variable = one.metadata["variable"]
            values[one.name] = _parsed(variable, source.get(variable) or one.metadata["default"])
        found = cls(**values)
        found.check()
        return found

    def check(self) -> None:
        """Raise ConfigError for settings that do not go together."""
        if self.oidc_issuer:
            parts = urlsplit(self.oidc_issuer)
            local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise ConfigError("MINHU_OIDC_ISSUER is an https:// address")
            if not self.oidc_client_id:
                raise ConfigError("MINHU_OIDC_ISSUER needs MINHU_OIDC_CLIENT_ID")
        if self.ldap_url:
            if urlsplit(self.ldap_url).scheme not in {"ldap", "ldaps"}:
                raise ConfigError("MINHU_LDAP_URL is ldaps://host or ldap://host")
            if not self.ldap_base or self.ldap_filter.count("{username}") != 1:
                raise ConfigError("MINHU_LDAP_URL needs MINHU_LDAP_BASE, and MINHU_LDAP_FILTER one {username}")


def _parsed(variable: str, text: str) -> Any:
    if variable in CHOICES:
        if text not in CHOICES[variable]:
            raise ConfigError(f"{variable} is one of {', '.join(CHOICES[variable])}, not {text!r}")
        return text
    if variable in FLAGS:
        return flag(variable, text)
    if variable in WHOLE:
        return whole(variable, text, *WHOLE[variable])
    if variable == "MINHU_ALARM_MAIL":
        return tuple(name.strip() for name in text.split(",") if name.strip())
    return text.strip()
