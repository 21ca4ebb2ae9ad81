"""The key that signs checkpoints: Ed25519, in MINHU_HOME/keys/ledger.json, sealed by the master key.

The file also keeps, under the same seal, from which size on a checkpoint must be signed, so that a signature cannot
be left out by pretending that a checkpoint is of the time before keys. A new key is added, old public keys stay.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from minhu.engines import keyring
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, Unavailable
from minhu.ledger.domain import notes
from minhu.ledger.models import Checkpoint

_LABEL = "minhu ledger signing key"
_DAMAGED = "账本签名密钥文件已损坏或与主密钥不匹配。请从备份中恢复密钥目录后重试。"
_opened: dict[tuple[str, int], tuple[SigningKey, ...]] = {}


@dataclass(frozen=True)
class SigningKey:
    """One key of the ledger; `first_size` is the first size that it signs."""

    name: str
    public: bytes
    private: bytes = field(repr=False)
    first_size: int
    since: str

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return notes.key_hash(self.name, self.public)

    @property
    def key_id(self) -> str:
        """The same, to be read."""
        return self.hash.hex()

    @property
    def verifier(self) -> str:
        """The public key, to be printed and handed out."""
        return notes.verifier(self.name, self.public)


def keys_path() -> Path:
    """Return where the sealed keys lie."""
    return keyring.keys_directory() / "ledger.json"


def all_keys() -> tuple[SigningKey, ...]:
    """Return the keys, oldest first; empty in a home that has not signed yet. Raises Unavailable when unreadable."""
    path = keys_path()
    if not path.exists():
        return ()
    place = str(path), path.stat().st_mtime_ns
    if place not in _opened:
        _opened.clear()
        _opened[place] = _read(path)
    return _opened[place]


def current_key(size: int) -> SigningKey:
    """Return the key that signs a checkpoint of `size`, making the first one where there is none yet."""
    return (all_keys() or (add_key(size),))[-1]


def add_key(first_size: int, name: str = "") -> SigningKey:
    """Make a new key that signs from `first_size` on; `name` defaults to that of the key before.

    Raises Invalid for a name that a note cannot carry, Unavailable when the folder of keys cannot be used.
    """
    with _locked():
        known = all_keys()
        label = name or (known[-1].name if known else f"minhu-ledger/{secrets.token_hex(4)}")
        if not notes.is_name(label):
            raise Invalid("账本名称不能有空格和加号，最长 100 个字符。", code="bad_name")
        if known and not name and first_size == known[-1].first_size:
            return known[-1]
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        made = SigningKey(label, public, private.private_bytes_raw(), first_size, now().isoformat())
        body = {"format": 1, "keys": [_row(key) for key in (*known, made)]}
        if known:
            body = {**json.loads(keys_path().read_bytes()), **body}
        keyring.write_private(keys_path(), json.dumps(body, indent=1, ensure_ascii=False).encode())
        _opened.clear()
        return made


def sign(size: int, root: bytes) -> bytes:
    """Return key hash and signature over the note of a checkpoint, as the table keeps it."""
    key = current_key(size)
    text = notes.text_of(key.name, size, root)
    return key.hash + Ed25519PrivateKey.from_private_bytes(key.private).sign(text.encode())


def note_of(checkpoint: Checkpoint) -> str:
    """Return the signed note of a checkpoint of the table; empty when it has no signature of a known key."""
    if not (raw := bytes(checkpoint.signature or b"")):
        return ""
    key = next((key for key in all_keys() if key.hash == raw[:4]), None)
    if key is None:
        return ""
    text = notes.text_of(key.name, checkpoint.size, bytes(checkpoint.root))
    return notes.with_signature(text, notes.Signature(key.name, raw[:4], raw[4:]))


def verifier_of_note(note: str) -> str:
    """Return the printable key that signed a note of ours; raises ValueError when none of our keys did."""
    parsed = notes.parse(note)
    return next(key.verifier for key in all_keys() if any(s.key_hash == key.hash for s in parsed.signatures))


def is_signed(size: int, root: bytes, signature: bytes) -> bool:
    """Say whether one of our keys signed this checkpoint (key hash and signature as in the table)."""
    return any(
        key.hash == signature[:4] and _good(key.public, signature[4:], notes.text_of(key.name, size, root))
        for key in all_keys()
    )


def is_ours(checkpoint: Checkpoint) -> bool:
    """Say whether one may go on signing after it: signed by us, of the time before keys, or accepted by the operator."""
    if not must_be_signed(checkpoint.size):
        return True
    root = bytes(checkpoint.root)
    return is_signed(checkpoint.size, root, bytes(checkpoint.signature or b"")) or _accepted() == (
        checkpoint.size,
        root.hex(),
    )


def accept(size: int, root: bytes) -> None:
    """Let signing go on after a checkpoint that is not signed (a restored backup), as the operator decided."""
    with _locked():
        body = json.loads(keys_path().read_bytes())
        told = json.dumps([size, root.hex()]).encode()
        body["accepted"] = keyring.seal_with_master(told, f"{_LABEL} accepted")
        keyring.write_private(keys_path(), json.dumps(body, indent=1, ensure_ascii=False).encode())


def _accepted() -> tuple[int, str] | None:
    try:
        sealed = json.loads(keys_path().read_bytes()).get("accepted")
        size, root = json.loads(keyring.open_with_master(sealed, f"{_LABEL} accepted")) if sealed else (0, "")
    except (OSError, ValueError, TypeError):
        return None
    return int(size), str(root)


def is_genuine(note: notes.Note, verifiers: tuple[tuple[str, bytes], ...] | None = None) -> bool:
    """Say whether a published note carries a good signature of one of `verifiers` (default: our keys)."""
    trusted = tuple((key.name, key.public) for key in all_keys()) if verifiers is None else verifiers
    return any(
        signed.name == name and signed.key_hash == notes.key_hash(name, public) and note.origin == name
        and _good(public, signed.signature, note.text)
        for signed in note.signatures for name, public in trusted
    )  # fmt: skip


def must_be_signed(size: int) -> bool:
    """Say whether a checkpoint of this size is of the time of keys."""
    known = all_keys()
    return bool(known) and size >= known[0].first_size


def _good(public: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _row(key: SigningKey) -> dict[str, Any]:
    sealed = json.dumps({"private": b64encode(key.private).decode(), "first_size": key.first_size}).encode()
    return {
        "name": key.name,
        "id": key.key_id,
        "public": b64encode(key.public).decode(),
        "since": key.since,
        "sealed": keyring.seal_with_master(sealed, f"{_LABEL} {key.name} {key.key_id}"),
    }


def _read(path: Path) -> tuple[SigningKey, ...]:
    try:
        return tuple(_key(row) for row in json.loads(path.read_bytes())["keys"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(_DAMAGED, code="keys_damaged") from error


def _key(row: dict[str, Any]) -> SigningKey:
    sealed = json.loads(keyring.open_with_master(row["sealed"], f"{_LABEL} {row['name']} {row['id']}"))
    private = b64decode(sealed["private"], validate=True)
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return SigningKey(row["name"], public, private, int(sealed["first_size"]), row["since"])


@contextmanager
def _locked() -> Iterator[None]:
    folder = keyring.keys_directory()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / ".ledger-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
