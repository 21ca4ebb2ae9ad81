"""Signed checkpoints as certificate and module logs write them, so that other people's tools can read them.

Text: origin, size and base64 root, a line each (C2SP tlog-checkpoint). A signature line is an em dash, the key's
name, and base64 of four bytes of key hash with the signature over the text (C2SP signed-note, Ed25519).
"""

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

ED25519: Final = b"\x01"
DASH: Final = "—"
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name, the four bytes of its hash, the signature."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint as it was published: what it says, the text that is signed, who signed it."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[Signature, ...]


def is_name(name: str) -> bool:
    """Say whether a key may be called so: no spaces, no plus, not empty, at most 100 characters."""
    return 0 < len(name) <= 100 and "+" not in name and name.isprintable() and not any(map(str.isspace, name))


def key_hash(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier(name: str, public: bytes) -> str:
    """Return the printable public key: name, key hash, key ('name+0a1b2c3d+base64')."""
    return f"{name}+{key_hash(name, public).hex()}+{_text64(ED25519 + public)}"


def parse_verifier(line: str) -> tuple[str, bytes]:
    """Return name and public key of what `verifier` wrote; raises ValueError for anything else."""
    name, hashed, key = line.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    public = raw[1:]
    if raw[:1] != ED25519 or len(public) != KEY_BYTES or not is_name(name) or key_hash(name, public).hex() != hashed:
        raise ValueError("not an Ed25519 key of a signed note")
    return name, public


def text_of(origin: str, size: int, root: bytes) -> str:
    """Return the text that is signed."""
    return f"{origin}\n{size}\n{_text64(root)}\n"


def with_signature(text: str, signed: Signature) -> str:
    """Return the whole note: text, empty line, signature line."""
    return f"{text}\n{DASH} {signed.name} {_text64(signed.key_hash + signed.signature)}\n"


def parse(note: str) -> Note:
    """Read a published checkpoint; raises ValueError when it is none."""
    text, separator, lines = note.rpartition("\n\n")
    parts = text.split("\n")
    if not separator or len(parts) < 3 or not parts[0] or not parts[1].isascii() or not parts[1].isdigit():
        raise ValueError("not a signed checkpoint")
    root = base64.b64decode(parts[2], validate=True)
    if len(root) != KEY_BYTES or str(int(parts[1])) != parts[1] or not lines.endswith("\n"):
        raise ValueError("not a signed checkpoint")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    return Note(parts[0], int(parts[1]), root, f"{text}\n", signatures)


def _signature(line: str) -> Signature:
    dash, name, encoded = line.split(" ")
    raw = base64.b64decode(encoded, validate=True)
    if dash != DASH or len(raw) < 5 or not is_name(name):
        raise ValueError("not a signature line")
    return Signature(name, raw[:4], raw[4:])


def _text64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
