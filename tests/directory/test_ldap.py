"""Passwords of a directory server, against a real one: who slips through the filter or the wire is somebody else."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from minhu.directory.models import Staff
from minhu.directory.services import ldap
from minhu.server.account_config import AccountConfig
from minhu.server.config import ConfigError

SERVER = Path(__file__).resolve().parents[1] / "ldap_server.py"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a certificate for localhost."""
    folder = tmp_path_factory.mktemp("ldap")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    names = [x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder


@pytest.fixture(scope="module")
def serve(certificate: Path) -> Iterator[Callable[[str], int]]:
    """Starts a server of a kind and gives its port; the same one for the whole module."""
    running: dict[str, tuple[subprocess.Popen[str], int]] = {}

    def start(kind: str) -> int:
        if kind not in running:
            command = [sys.executable, str(SERVER), str(certificate), kind]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert process.stdout is not None
            running[kind] = process, int(process.stdout.readline())
        return running[kind][1]

    yield start
    for process, _port in running.values():
        process.terminate()
        process.wait(5)


@pytest.fixture
def through(serve: Callable[[str], int], certificate: Path, settings: Any) -> Callable[..., None]:
    """Points the settings at a server."""

    def point(kind: str, **changes: Any) -> None:
        scheme = "ldaps" if kind == "tls" else "ldap"
        chosen = AccountConfig.read(
            {"MINHU_LDAP_URL": f"{scheme}://localhost:{serve(kind)}", "MINHU_LDAP_BASE": "ou=people,dc=city,dc=example"}
        )
        chosen = replace(
            chosen, ldap_ca_file=str(certificate / "cert.pem"), ldap_bind_dn="uid=searcher,dc=city,dc=example",
            ldap_bind_password="search-secret",
        )  # fmt: skip
        settings.ACCOUNTS = replace(chosen, **changes)

    return point


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_the_right_password_and_only_that(through: Callable[..., None], kind: str) -> None:
    through(kind)
    assert ldap.is_right("dispatcher", "ldap-secret")
    for wrong in ("", "wrong", "ldap-secret ", "\0", "LDAP-SECRET"):
        assert not ldap.is_right("dispatcher", wrong), wrong
    assert not ldap.is_right("", "ldap-secret")


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "dis*",
        "dispatcher)(uid=*",
        "*)(|(uid=*",
        "dispatcher\0",
        "dispatcher)",
        "(uid=dispatcher)",
        "\\2a",
        "leader",
    ],
)
def test_nothing_is_injected_into_the_filter_and_two_are_nobody(through: Callable[..., None], name: str) -> None:
    through("tls")
    assert not ldap.is_right(name, "ldap-secret")


def test_a_certificate_of_another_name_or_nobody_vouches_for_stops_everything(
    through: Callable[..., None], serve: Callable[[str], int]
) -> None:
    through("tls", ldap_url=f"ldaps://127.0.0.1:{serve('tls')}")
    assert not ldap.is_right("dispatcher", "ldap-secret")
    through("tls", ldap_ca_file="")
    assert not ldap.is_right("dispatcher", "ldap-secret")
    through("starttls", ldap_ca_file="")
    assert not ldap.is_right("dispatcher", "ldap-secret")


def test_plain_text_only_when_the_operator_says_so(
    through: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bool] = []
    from ldap3 import Connection

    before = Connection.bind

    def noted(self: Connection, *args: Any, **kwargs: Any) -> Any:
        sent.append(bool(self.tls_started))
        return before(self, *args, **kwargs)

    monkeypatch.setattr(Connection, "bind", noted)
    through("starttls")
    assert ldap.is_right("dispatcher", "ldap-secret")
    assert all(sent), "no password crosses the wire before TLS"
    sent.clear()
    monkeypatch.setattr(Connection, "start_tls", lambda self: False)
    assert not ldap.is_right("dispatcher", "ldap-secret")
    assert sent == []
    through("starttls", ldap_allow_plain=True)
    assert ldap.is_right("dispatcher", "ldap-secret")


def test_a_server_that_is_away_or_refuses_the_searcher(through: Callable[..., None]) -> None:
    through("tls", ldap_bind_password="wrong")
    assert not ldap.is_right("dispatcher", "ldap-secret")
    through("tls", ldap_url="ldaps://localhost:1")
    assert not ldap.is_right("dispatcher", "ldap-secret")


@pytest.mark.django_db
def test_only_accounts_of_the_house_come_in(through: Callable[..., None]) -> None:
    through("tls")
    staff = Staff.objects.create(username="dispatcher", name="派单员")
    backend = ldap.LdapBackend()
    assert backend.authenticate(None, "Dispatcher", "ldap-secret") == staff
    assert backend.authenticate(None, "stranger", "ldap-secret") is None
    Staff.objects.update(is_active=False)
    assert backend.authenticate(None, "dispatcher", "ldap-secret") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"MINHU_LDAP_URL": "http://x", "MINHU_LDAP_BASE": "dc=x"}, {"MINHU_LDAP_URL": "ldaps://x"},
        {"MINHU_LDAP_URL": "ldaps://x", "MINHU_LDAP_BASE": "dc=x", "MINHU_LDAP_FILTER": "(uid=x)"},
        {"MINHU_OIDC_ISSUER": "http://idp.example.org", "MINHU_OIDC_CLIENT_ID": "x"},
        {"MINHU_OIDC_ISSUER": "https://idp.example.org"}, {"MINHU_SECOND_FACTOR": "never"},
        {"MINHU_PASSWORD_PROFILE": "none"}, {"MINHU_EMERGENCY_MINUTES": "9999"}, {"MINHU_LDAP_ALLOW_PLAIN": "maybe"},
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_named(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        AccountConfig.read(wrong)
    assert "MINHU_" in str(caught.value)


def test_secrets_of_the_operator_are_in_no_log() -> None:
    chosen = AccountConfig.read({"MINHU_LDAP_BIND_PASSWORD": "hidden-one", "MINHU_OIDC_CLIENT_SECRET": "hidden-two"})
    assert chosen.ldap_bind_password == "hidden-one"
    assert "hidden" not in repr(chosen)
