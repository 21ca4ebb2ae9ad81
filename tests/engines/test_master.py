"""Where the master key comes from: file, environment, key management service; what is missing or wrong is said."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minhu.engines import keyring, master, secrets
from minhu.kernel.errors import Unavailable

SERVICE_KEY = b"k" * 32


class FakeKms:
    """A service that keeps a key of its own, and counts how often it was asked."""

    asked = 0
    down = False

    def wrap(self, key: bytes, label: str) -> bytes:
        return b"n" * 12 + AESGCM(SERVICE_KEY).encrypt(b"n" * 12, key, label.encode())

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        FakeKms.asked += 1
        if FakeKms.down:
            raise ConnectionError("no route")
        return AESGCM(SERVICE_KEY).decrypt(wrapped[:12], wrapped[12:], label.encode())


@pytest.fixture(autouse=True)
def fresh(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MINHU_MASTER_KEY_FILE", "MINHU_MASTER_KEY", "MINHU_KMS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(secrets, "_opened", {})
    plugin = ModuleType("house_kms")
    plugin.FakeKms = FakeKms  # type: ignore[attr-defined]
    plugin.broken = lambda: object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "house_kms", plugin)
    FakeKms.asked, FakeKms.down = 0, False


def test_the_environment_may_hold_the_key_and_no_file_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_MASTER_KEY", base64.b64encode(b"e" * 32).decode())
    blob = secrets.seal("13812345678", "t.c")
    assert not (home / "keys" / "master.key").exists()
    monkeypatch.setattr(secrets, "_opened", {})
    assert secrets.unseal(blob, "t.c") == "13812345678"
    for wrong in (base64.b64encode(b"x" * 32).decode(), "not base64!", "c2hvcnQ="):
        monkeypatch.setenv("MINHU_MASTER_KEY", wrong)
        monkeypatch.setattr(secrets, "_opened", {})
        with pytest.raises(Unavailable, match="密钥"):
            secrets.unseal(blob, "t.c")


def test_a_service_wraps_the_key_and_is_asked_once_for_a_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    blobs = [secrets.seal(f"{n}", "t.c") for n in range(50)]
    asked = FakeKms.asked
    assert [secrets.unseal(blob, "t.c") for blob in blobs] == [f"{n}" for n in range(50)]
    assert FakeKms.asked == asked <= 2
    lying = b"".join(path.read_bytes() for path in (home / "keys").iterdir())
    for key in keyring.open_keyring().data.values():
        assert base64.b64encode(key) not in lying
    assert not (home / "keys" / "master.key").exists()


def test_a_key_file_moves_to_a_service_and_every_value_stays_readable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob, label = secrets.seal("旧值", "t.c"), keyring.seal_with_master(b"signing key", "ledger")
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    master.wrap_with_service(master.read_without_service())
    (home / "keys" / "master.key").unlink()
    monkeypatch.setattr(secrets, "_opened", {})
    assert secrets.unseal(blob, "t.c") == "旧值"
    assert keyring.open_with_master(label, "ledger") == b"signing key"


def test_a_service_that_is_down_or_no_service_is_said_and_no_key_is_made(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    secrets.seal("x", "t.c")
    FakeKms.down = True
    monkeypatch.setattr(secrets, "_opened", {})
    with pytest.raises(Unavailable, match="密钥管理服务"):
        secrets.seal("x", "t.c")
    FakeKms.down = False
    for name in ("house_kms:broken", "house_kms:nothing", "no_such_module:maker", "unknown"):
        monkeypatch.setenv("MINHU_KMS", name)
        with pytest.raises(Unavailable, match="密钥管理服务"):
            secrets.seal("x", "t.c")
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    (home / "keys" / "root.kms").unlink()
    with pytest.raises(Unavailable, match="主密钥"):
        secrets.seal("x", "t.c")
    assert not (home / "keys" / "root.kms").exists(), "a lost key is never replaced by a new one"


def test_a_wrapped_key_of_another_service_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    secrets.seal("x", "t.c")
    wrapped = base64.b64decode((home / "keys" / "root.kms").read_bytes())
    with pytest.raises(InvalidTag):
        FakeKms().unwrap(wrapped, "another label")
    monkeypatch.setattr(sys.modules[__name__], "SERVICE_KEY", b"z" * 32)
    monkeypatch.setattr(secrets, "_opened", {})
    with pytest.raises(Unavailable):
        secrets.seal("x", "t.c")


def test_two_sources_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_KMS", "house_kms:FakeKms")
    monkeypatch.setenv("MINHU_MASTER_KEY", base64.b64encode(b"e" * 32).decode())
    with pytest.raises(Unavailable, match="多个主密钥来源"):
        secrets.seal("x", "t.c")


def test_rotation_keeps_what_was_wrapped_before(home: Path) -> None:
    """A backup's keyring is recognised as an earlier state of this one by its wrapped keys."""
    secrets.seal("x", "t.c")
    before = (home / "keys" / "data.json").read_text()
    secrets.rotate()
    after = (home / "keys" / "data.json").read_text()
    for line in before.splitlines():
        if '"1":' in line or '"index":' in line:
            assert line.strip().rstrip(",") in after
