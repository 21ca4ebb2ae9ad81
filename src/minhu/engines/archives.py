"""ZIP archives measured before anything in them is believed: counts, sizes, places, names.

Whoever reads a member afterwards reads it through `read_through`, which proves its length and checksum: a header
that lies about its sizes ends there.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from minhu.kernel.errors import Invalid

MAX_MEMBERS: Final = 5_000
MAX_RATIO: Final = 200
CHUNK: Final = 1 << 20
BROKEN: Final = (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, zlib.error)
"""What `zipfile` raises on damaged content (NotImplementedError is a RuntimeError)."""
DAMAGED: Final = "文件已损坏或内容不完整，请重新保存后上传。"
UNSAFE: Final = "文件含有宏、脚本或其他不安全的内容，不能上传。请另存为普通文档或截图后上传。"
BOMB: Final = "文件解开后过大，不能上传。请缩小图片尺寸或拆分文档后再试。"
LOCKED: Final = "文件设有密码或已加密，无法检查。请取消密码后重新上传。"

_ENTRY: Final = b"PK\x01\x02"
_LOCAL_HEADER: Final = 30
_LONGEST_NAME: Final = 240
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def count_entries(file: BinaryIO) -> None:
    """Refuse a directory with too many entries before `zipfile` makes an object of each; raises Invalid."""
    file.seek(0)
    found, tail = 0, b""
    while chunk := file.read(CHUNK):
        found += (tail + chunk).count(_ENTRY)
        tail = chunk[-3:]
        if found > MAX_MEMBERS:
            raise Invalid(BOMB, code="file_bomb")
    file.seek(0)


def checked_members(archive: zipfile.ZipFile, most_bytes: int) -> list[zipfile.ZipInfo]:
    """The members of an archive that promises at most `most_bytes` unpacked; raises Invalid for a hostile one."""
    members = archive.infolist()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > most_bytes or unpacked > MAX_RATIO * max(packed, 4096):
        raise Invalid(BOMB, code="file_bomb")
    if any(member.flag_bits & 1 for member in members):
        raise Invalid(LOCKED, code="file_locked")
    names = [member.orig_filename.replace("\\", "/").lower() for member in members]
    if len(set(names)) != len(names) or any(map(_is_hostile_name, names)):
        raise Invalid(UNSAFE, code="file_unsafe")
    if any(stat.S_ISLNK(member.external_attr >> 16) or member.compress_type not in _METHODS for member in members):
        raise Invalid(UNSAFE, code="file_unsafe")
    _check_places(members, archive.start_dir)
    return members


def read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member in pieces of 1 MiB; raises one of `BROKEN` where length or checksum are not as promised."""
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _check_places(members: list[zipfile.ZipInfo], end: int) -> None:
    """Members lie one behind the other from the first byte on: nothing before them, none inside another."""
    free = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < free or (free == 0 and member.header_offset != 0):
            raise Invalid(UNSAFE, code="file_unsafe")
        free = member.header_offset + _LOCAL_HEADER + member.compress_size
    if free > end:
        raise Invalid(DAMAGED, code="file_damaged")


def _is_hostile_name(name: str) -> bool:
    """Whether a lower-case name leaves its folder, means a device, or reads otherwise than it is."""
    if name.startswith("/") or ":" in name or len(name) > _LONGEST_NAME or not name.isprintable():
        return True
    parts = name.removesuffix("/").split("/")
    return any(part in ("", ".", "..") or part[-1] in " ." or part.split(".")[0].rstrip() in _DEVICES for part in parts)
