"""Attachments at rest: a content-addressed store in MINHU_HOME/files, sealed with the keyring.

A file is known by the SHA-256 of its plain content, so the same content is stored once. On disk:
`MHF1`, 16 random bytes, then frames of at most 1 MiB, each sealed and bound to the file, its number and
whether it is the last: frames cannot be exchanged, reordered or cut off unnoticed. Writing goes to a
temporary file that is synced and renamed: a crash leaves no half file under a real name.
"""

import errno
import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from minhu.engines import filetypes
from minhu.engines.database import home_folder
from minhu.engines.secrets import current_header, seal_bytes, unseal_bytes
from minhu.kernel.errors import Invalid, NotFound, Unavailable

MAX_BYTES: Final = 50 * 1024 * 1024
FRAME: Final = 1 << 20
_MAGIC: Final = b"MHF1"
_FULL: Final = "服务器存储空间不足，文件没有保存，已填写的内容不受影响。请稍后重试或联系系统管理员。"
_BROKEN: Final = "服务器暂时无法读写附件，请稍后重试；多次出现请联系系统管理员检查存储。"
_DAMAGED: Final = "附件内容已损坏，无法打开。请联系系统管理员从备份中恢复。"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file: its address (64 hexadecimal digits), size in bytes and media type."""

    sha256: str
    size: int
    media_type: str

    @property
    def suffix(self) -> str:
        """The usual file name ending, for instance '.jpg'."""
        return filetypes.SUFFIXES[self.media_type]


def save(
    content: bytes | BinaryIO, *, max_bytes: int = MAX_BYTES, inspect: Callable[[BinaryIO], str] = filetypes.inspect
) -> StoredFile:
    """Check, seal and keep a file (bytes or a seekable binary file); return its address.

    ``inspect`` looks whether it may be kept and says its media type; another door may take other kinds.

    Raises Invalid for an empty, too large, unsafe or unknown file, Unavailable when the disk is full or
    fails. Keeping the same content again changes nothing.
    """
    file: BinaryIO = io.BytesIO(content) if isinstance(content, bytes | bytearray) else content
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        raise Invalid("文件是空的，请重新选择。", code="file_empty")
    if size > max_bytes:
        raise Invalid(
            f"文件太大（{size / 1048576:.1f} MB），单个文件不能超过 {max_bytes / 1048576:.0f} MB。",
            code="file_too_large",
        )
    media_type = inspect(file)
    with _disk_errors():
        digest = _digest(file)
        if not _kept_again(_place(digest)):
            _write(file, _place(digest))
    return StoredFile(digest, size, media_type)


def read(sha256: str) -> bytes:
    """Return the whole plain content (errors as `stream`)."""
    return b"".join(stream(sha256))


def stream(sha256: str) -> Iterator[bytes]:
    """Yield the plain content in pieces of at most 1 MiB, each authenticated before it is given out.

    Raises NotFound for an unknown address, Unavailable when the content is damaged or unreadable.
    """
    with _disk_errors():
        try:
            sealed = open(_place(sha256), "rb")
        except FileNotFoundError as error:
            raise NotFound("没有找到这个附件，可能已按规定清理。", code="file_not_found") from error
        with sealed:
            yield from _frames(sealed)


def exists(sha256: str) -> bool:
    """Tell whether a file is kept under this address."""
    return _place(sha256).exists()


def delete(sha256: str) -> None:
    """Remove a file; removing one that is not there is no error."""
    with _disk_errors():
        _place(sha256).unlink(missing_ok=True)


def version_of(sha256: str) -> int:
    """The version of the data key that a file is sealed with; 0 when it is gone or too short to say."""
    head = _head(sha256)
    return int.from_bytes(head[1:3], "big") if len(head) == 3 else 0


def reseal(sha256: str) -> bool:
    """Seal a kept file anew where it is not sealed with the current key; True when it was.

    The new file takes the old one's place in one step; readers of the old one read on. Errors as `stream`.
    """
    if _head(sha256) in (b"", current_header(row=False)):
        return False
    with _disk_errors(), io.BytesIO(read(sha256)) as content:
        _write(content, _place(sha256))
    return True


def kept_after(sha256: str, limit: int) -> list[str]:
    """Addresses of up to `limit` kept files behind one, in order ('' : from the start)."""
    root = home_folder() / "files"
    found: list[str] = []
    for folder in sorted(path for path in root.glob("[0-9a-f][0-9a-f]") if path.name >= sha256[:2]):
        found += sorted(p.name for p in folder.iterdir() if len(p.name) == 64 and p.name > sha256)
        if len(found) >= limit:
            break
    return found[:limit]


def _kept_again(place: Path) -> bool:
    """Make a kept file young, so that nobody removes it before its new row is written (`abandoned`); False for none."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _head(sha256: str) -> bytes:
    """The header of the first frame."""
    with _disk_errors():
        try:
            with open(_place(sha256), "rb") as sealed:
                return sealed.read(27)[24:]
        except FileNotFoundError:
            return b""


def _place(sha256: str) -> Path:
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise NotFound("附件编号不正确。", code="file_not_found")
    return home_folder() / "files" / sha256[:2] / sha256


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(FRAME):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _write(file: BinaryIO, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            identity = secrets.token_bytes(16)
            out.write(_MAGIC + identity)
            number, chunk = 0, file.read(FRAME)
            while chunk:
                following = file.read(FRAME)
                sealed = seal_bytes(chunk, _bound(identity, number, last=not following))
                out.write(len(sealed).to_bytes(4, "big") + sealed)
                number, chunk = number + 1, following
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, place)
        _sync_directory(place.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bound(identity: bytes, number: int, *, last: bool) -> str:
    return f"file {identity.hex()} {number} {'last' if last else 'more'}"


def _frames(sealed: BinaryIO) -> Iterator[bytes]:
    head = sealed.read(20)
    if head[:4] != _MAGIC or len(head) != 20:
        raise Unavailable(_DAMAGED, code="file_damaged")
    number, frame = 0, _frame(sealed)
    if frame is None:
        raise Unavailable(_DAMAGED, code="file_damaged")
    while frame is not None:
        following = _frame(sealed)
        try:
            yield unseal_bytes(frame, _bound(head[4:], number, last=following is None))
        except Unavailable as error:
            raise Unavailable(_DAMAGED, code="file_damaged") from error
        number, frame = number + 1, following


def _frame(sealed: BinaryIO) -> bytes | None:
    prefix = sealed.read(4)
    if not prefix:
        return None
    length = int.from_bytes(prefix, "big")
    body = sealed.read(min(length, FRAME + 64))
    if len(prefix) != 4 or len(body) != length:
        raise Unavailable(_DAMAGED, code="file_damaged")
    return body


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn what the disk says into an error that a person understands."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise Unavailable(_FULL if full else _BROKEN, code="disk_full" if full else "disk_error") from error
