"""The keys of one installation: a master key file that wraps versioned data keys (envelope).

`keys/master.key` (32 random bytes in base64, mode 0600; another place by MINHU_MASTER_KEY_FILE) opens
`keys/data.json`, which holds the wrapped data keys and the index key. Rotation adds a data key: new
values use it, old values stay readable. Losing the master key loses every personal value: back it up
apart from the database.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minhu.engines.database import home_folder
from minhu.kernel.errors import Unavailable

KEY_BYTES = 32
_MISSING = "找不到主密钥文件，已加密的个人信息无法读取。请把备份的主密钥放回密钥目录后重试。"
_UNUSABLE = "密钥目录无法读写，请检查磁盘空间和目录权限后重试。"
_DAMAGED = "密钥文件已损坏或与主密钥不匹配。请从备份中恢复密钥目录后重试。"


@dataclass(frozen=True)
class Keyring:
    """The opened keys: `data[version]` are 32-byte data keys, `current` seals new values."""

    current: int
    data: dict[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)


def keys_directory() -> Path:
    """Return the directory of the key files."""
    return home_folder() / "keys"


def master_path() -> Path:
    """Return where the master key lies (MINHU_MASTER_KEY_FILE moves it, for instance to a mounted secret)."""
    named = os.environ.get("MINHU_MASTER_KEY_FILE")
    return Path(named) if named else keys_directory() / "master.key"


def open_keyring() -> Keyring:
    """Open the keyring, making a new one in an empty home; safe when several processes start at once.

    Raises Unavailable when the master key is gone or does not fit: a new key is never put in its place.
    """
    try:
        with _locked():
            path = keys_directory() / "data.json"
            master = _read_master(may_create=not path.exists())
            if not path.exists():
                _write_private(path, _wrapped(master, {1: _new_key()}, 1, _new_key()))
            return _opened(master, path.read_bytes())
    except OSError as error:
        raise Unavailable(_UNUSABLE, code="keys_unavailable") from error


def add_data_key() -> int:
    """Make a new data key, used for all values sealed from now on; return its version."""
    old = open_keyring()
    with _locked():
        path = keys_directory() / "data.json"
        master = _read_master(may_create=False)
        old = _opened(master, path.read_bytes())
        version = max(old.data) + 1
        _write_private(path, _wrapped(master, {**old.data, version: _new_key()}, version, old.index))
    return version


def seal_with_master(secret: bytes, label: str) -> str:
    """Wrap another key under the master key, bound to `label`; what `open_with_master` opens.

    Raises Unavailable when the master key is gone or the folder cannot be used.
    """
    open_keyring()
    with _locked():
        return _wrap(_read_master(may_create=False), secret, label)


def open_with_master(wrapped: str, label: str) -> bytes:
    """Unwrap what `seal_with_master` made for the same label; raises Unavailable when it does not fit."""
    try:
        with _locked():
            return _unwrap(_read_master(may_create=False), wrapped, label)
    except (ValueError, InvalidTag) as error:
        raise Unavailable(_DAMAGED, code="keys_damaged") from error
    except OSError as error:
        raise Unavailable(_UNUSABLE, code="keys_unavailable") from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a crash leaves either the old or the new content."""
    _write_private(path, content)


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


@contextmanager
def _locked() -> Iterator[None]:
    directory = keys_directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_master(*, may_create: bool) -> bytes:
    path = master_path()
    if not path.exists():
        if not may_create:
            raise Unavailable(_MISSING, code="master_key_missing")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(path, base64.b64encode(_new_key()) + b"\n")
    try:
        master = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError as error:
        raise Unavailable(_DAMAGED, code="keys_damaged") from error
    if len(master) != KEY_BYTES:
        raise Unavailable(_DAMAGED, code="keys_damaged")
    return master


def _write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a crash leaves either the old or the new content."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, path)


def _wrap(master: bytes, key: bytes, label: str) -> str:
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(master).encrypt(nonce, key, label.encode())).decode()


def _unwrap(master: bytes, text: str, label: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    return AESGCM(master).decrypt(raw[:12], raw[12:], label.encode())


def _wrapped(master: bytes, data: dict[int, bytes], current: int, index: bytes) -> bytes:
    body = {
        "format": 1,
        "current": current,
        "data": {str(v): _wrap(master, key, f"minhu data key {v}") for v, key in data.items()},
        "index": _wrap(master, index, "minhu index key"),
    }
    return json.dumps(body, indent=1).encode()


def _opened(master: bytes, raw: bytes) -> Keyring:
    try:
        body = json.loads(raw)
        data = {int(v): _unwrap(master, text, f"minhu data key {v}") for v, text in body["data"].items()}
        index = _unwrap(master, body["index"], "minhu index key")
        return Keyring(current=int(body["current"]), data=data, index=index)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidTag) as error:
        raise Unavailable(_DAMAGED, code="keys_damaged") from error
