"""Uploaded files while they wait for their run: sealed on disk, removed when the run is done."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from minhu.engines.database import home_folder
from minhu.engines.secrets import seal_bytes, unseal_bytes
from minhu.kernel.errors import NotFound, Unavailable

_CONTEXT = "import file"


def digest_of(content: bytes) -> str:
    """The name under which a file is known."""
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes) -> str:
    """Seal and keep a file; return its digest. Raises Unavailable when the disk does not take it."""
    digest = digest_of(content)
    place = _place(digest)
    temporary = place.with_name(f".{digest[:16]}.{secrets.token_hex(6)}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(seal_bytes(content, _CONTEXT))
        temporary.replace(place)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Unavailable("服务器存储空间不足或暂时无法写入，文件没有保存，请稍后重试。", code="disk") from error
    return digest


def fetch(digest: str) -> bytes:
    """The file again; raises NotFound when it is gone (the run was done)."""
    try:
        return unseal_bytes(_place(digest).read_bytes(), _CONTEXT)
    except FileNotFoundError as error:
        raise NotFound("导入文件已清理，请重新上传。", code="file_gone") from error


def remove(digest: str) -> None:
    """Forget the file; its run is over."""
    _place(digest).unlink(missing_ok=True)


def kept(digest: str) -> bool:
    """Whether the file is still here."""
    return _place(digest).exists()


def _place(digest: str) -> Path:
    return home_folder() / "imports" / digest
