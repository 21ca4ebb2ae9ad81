"""The keys of one installation: a master key (see `master.py`) that wraps versioned data keys (envelope).

The master key (32 random bytes, by default in `keys/master.key`) opens `keys/data.json`, which holds the wrapped data
keys and the index key. Rotation adds a data key: new values use it, old values stay readable until they are sealed
anew and the old key is retired. Losing the master key loses every personal value: back it up apart from the database.
"""

import base64
import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minhu.engines.master import DAMAGED, KEY_BYTES, keys_directory, master_path, read_master, write_private
from minhu.kernel.errors import Conflict, Unavailable

__all__ = [
    "Keyring",
    "add_data_key",
    "add_lookup_key",
    "drop_data_key",
    "drop_lookup_key",
    "keys_directory",
    "master_path",
    "open_keyring",
    "open_with_master",
    "ring_changed",
    "seal_with_master",
    "write_private",
]
_UNUSABLE = "密钥目录无法读写，请检查磁盘空间和目录权限后重试。"


@dataclass(frozen=True)
class Keyring:
    """The opened keys: `data[version]` are 32-byte data keys, `current` seals new values.

    `index` derives what never changes; `lookup[version]` make the indexes by which persons are found.
    """

    current: int
    data: dict[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    lookup_current: int
    lookup: dict[int, bytes] = field(repr=False)


def open_keyring() -> Keyring:
    """Open the keyring, making a new one in an empty home; safe when several processes start at once.

    Raises Unavailable when the master key is gone or does not fit: a new key is never put in its place.
    """
    try:
        with _locked():
            path = keys_directory() / "data.json"
            master = read_master(may_create=not path.exists())
            if not path.exists():
                write_private(path, _wrapped(master, {1: _new_key()}, 1, _new_key()))
            return _opened(master, path.read_bytes())
    except OSError as error:
        raise Unavailable(_UNUSABLE, code="keys_unavailable") from error


def add_data_key() -> int:
    """Make a new data key, used for all values sealed from now on; return its version."""
    open_keyring()
    with _locked():
        path = keys_directory() / "data.json"
        master, raw = read_master(may_create=False), path.read_bytes()
        version = max(_opened(master, raw).data) + 1
        body = json.loads(raw)
        body["current"] = version
        body["data"][str(version)] = _wrap(master, _new_key(), f"minhu data key {version}")
        write_private(path, json.dumps(body, indent=1).encode())
    return version


def drop_data_key(version: int) -> None:
    """Forget an old data key for good: what it sealed can never be read again.

    Raises Conflict for the current key or one that is not there. Whoever calls has made sure that nothing uses it.
    """
    with _locked():
        path = keys_directory() / "data.json"
        raw = path.read_bytes()
        ring = _opened(read_master(may_create=False), raw)
        if version == ring.current or version not in ring.data:
            raise Conflict("只能停用密钥环中已不再使用的旧密钥。", code="key_in_use")
        body: dict[str, Any] = json.loads(raw)
        del body["data"][str(version)]
        write_private(path, json.dumps(body, indent=1).encode())


def add_lookup_key() -> int:
    """Make a new index key, by which all persons stored from now on are found; return its version."""
    open_keyring()
    with _locked():
        path = keys_directory() / "data.json"
        master, raw = read_master(may_create=False), path.read_bytes()
        ring = _opened(master, raw)
        version = max(ring.lookup) + 1
        body: dict[str, Any] = json.loads(raw)
        kept = body.get("lookup") or {"keys": {"1": _wrap(master, ring.lookup[1], "minhu lookup key 1")}}
        kept["current"] = version
        kept["keys"][str(version)] = _wrap(master, _new_key(), f"minhu lookup key {version}")
        body["lookup"] = kept
        write_private(path, json.dumps(body, indent=1).encode())
    return version


def drop_lookup_key(version: int) -> None:
    """Forget an old index key for good. Raises Conflict for the current key or one that is not there."""
    with _locked():
        path = keys_directory() / "data.json"
        raw = path.read_bytes()
        ring = _opened(read_master(may_create=False), raw)
        if version == ring.lookup_current or version not in ring.lookup:
            raise Conflict("只能停用密钥环中已不再使用的旧索引密钥。", code="key_in_use")
        body: dict[str, Any] = json.loads(raw)
        del body["lookup"]["keys"][str(version)]
        write_private(path, json.dumps(body, indent=1).encode())


def ring_changed() -> int:
    """When the key file was last written, in nanoseconds; 0 when there is none."""
    try:
        return (keys_directory() / "data.json").stat().st_mtime_ns
    except OSError:
        return 0


def seal_with_master(secret: bytes, label: str) -> str:
    """Wrap another key under the master key, bound to `label`; what `open_with_master` opens.

    Raises Unavailable when the master key is gone or the folder cannot be used.
    """
    open_keyring()
    with _locked():
        return _wrap(read_master(may_create=False), secret, label)


def open_with_master(wrapped: str, label: str) -> bytes:
    """Unwrap what `seal_with_master` made for the same label; raises Unavailable when it does not fit."""
    try:
        with _locked():
            return _unwrap(read_master(may_create=False), wrapped, label)
    except (ValueError, InvalidTag) as error:
        raise Unavailable(DAMAGED, code="keys_damaged") from error
    except OSError as error:
        raise Unavailable(_UNUSABLE, code="keys_unavailable") from error


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


@contextmanager
def _locked() -> Iterator[None]:
    directory = keys_directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
        kept = body.get("lookup")
        if kept is None:
            current, lookup = 1, {1: index}
        else:
            current = int(kept["current"])
            lookup = {int(v): _unwrap(master, text, f"minhu lookup key {v}") for v, text in kept["keys"].items()}
        return Keyring(int(body["current"]), data, index, current, lookup)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidTag) as error:
        raise Unavailable(DAMAGED, code="keys_damaged") from error
