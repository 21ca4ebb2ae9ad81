"""Where the master key comes from: a file (default), the environment, or a key management service.

The master key is always the same 32 bytes; a source only says where they lie. `MINHU_MASTER_KEY` holds them in base64
(the content of a key file). `MINHU_KMS` names a plug-in that keeps a key of its own and never hands it out: it wraps
the master key into `keys/root.kms`, which is useless without the service; `minhu keys wrap` makes that file.
"""

from __future__ import annotations

import base64
import os
import secrets
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from minhu.engines.database import home_folder
from minhu.kernel.errors import Unavailable

KEY_BYTES: Final = 32
LABEL: Final = "minhu master key"
GROUP: Final = "minhu.kms"
MISSING: Final = "找不到主密钥，已加密的个人信息无法读取。请把备份的主密钥放回密钥目录（或恢复密钥设置）后重试。"
DAMAGED: Final = "密钥文件已损坏或与主密钥不匹配。请从备份中恢复密钥目录后重试。"
_NO_SERVICE: Final = "密钥管理服务没有应答或拒绝了请求，个人信息暂时无法读写。请检查该服务和 MINHU_KMS 设置后重试。"
_TWO: Final = "同时设置了多个主密钥来源，请只保留 MINHU_KMS、MINHU_MASTER_KEY、MINHU_MASTER_KEY_FILE 之一。"


@runtime_checkable
class Kms(Protocol):
    """A key management service: wraps and unwraps 32 bytes under a key that it keeps to itself.

    `label` is authenticated: what was wrapped for one label must not unwrap for another. Both raise any exception when
    the service refuses or cannot be reached.
    """

    def wrap(self, key: bytes, label: str) -> bytes:
        """Encrypt a key; the answer may be stored anywhere."""

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """Decrypt what `wrap` made for the same label."""


def keys_directory() -> Path:
    """Return the directory of the key files."""
    return home_folder() / "keys"


def master_path() -> Path:
    """Return where the master key lies (MINHU_MASTER_KEY_FILE moves it, for instance to a mounted secret)."""
    named = os.environ.get("MINHU_MASTER_KEY_FILE")
    return Path(named) if named else keys_directory() / "master.key"


def wrapped_path() -> Path:
    """Return where the master key lies that a key management service has wrapped."""
    return keys_directory() / "root.kms"


def source() -> str:
    """'kms', 'environment' or 'file'; raises Unavailable when more than one is set."""
    named = {"kms": "MINHU_KMS", "environment": "MINHU_MASTER_KEY", "file": "MINHU_MASTER_KEY_FILE"}
    chosen = [kind for kind, variable in named.items() if os.environ.get(variable)]
    if len(chosen) > 1:
        raise Unavailable(_TWO, code="keys_two_sources")
    return chosen[0] if chosen else "file"


def is_there() -> bool:
    """Whether the chosen source has a master key (the service itself is not asked)."""
    kind = source()
    return kind == "environment" or (wrapped_path() if kind == "kms" else master_path()).exists()


def read_master(*, may_create: bool) -> bytes:
    """The 32 bytes from the chosen source; a new key is made only with `may_create`, never in the environment.

    Raises Unavailable when it is missing, damaged, or the service does not answer.
    """
    kind = source()
    if kind == "environment":
        return _decoded(os.environ["MINHU_MASTER_KEY"].encode())
    if kind == "kms":
        if not wrapped_path().exists():
            if not may_create:
                raise Unavailable(MISSING, code="master_key_missing")
            wrap_with_service(secrets.token_bytes(KEY_BYTES))
        return _unwrapped(wrapped_path().read_bytes())
    path = master_path()
    if not path.exists():
        if not may_create:
            raise Unavailable(MISSING, code="master_key_missing")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    return _decoded(path.read_bytes())


def read_without_service() -> bytes:
    """The master key from environment or file, while MINHU_KMS is set already: for `minhu keys wrap`."""
    given = os.environ.get("MINHU_MASTER_KEY", "").encode()
    if not given and not master_path().exists():
        raise Unavailable(MISSING, code="master_key_missing")
    return _decoded(given or master_path().read_bytes())


def wrap_with_service(master: bytes) -> Path:
    """Let the service of MINHU_KMS wrap the master key, prove that it comes back, and keep the wrapped form."""
    try:
        wrapped = service().wrap(master, LABEL)
    except Unavailable:
        raise
    except Exception as error:  # the edge to a plug-in: it may raise anything
        raise Unavailable(_NO_SERVICE, code="kms_unavailable") from error
    if _unwrapped(base64.b64encode(wrapped)) != master:
        raise Unavailable(_NO_SERVICE, code="kms_unavailable")
    wrapped_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(wrapped_path(), base64.b64encode(wrapped) + b"\n")
    return wrapped_path()


def service() -> Kms:
    """The plug-in that MINHU_KMS names: an entry point of the group `minhu.kms`, or `package.module:maker`.

    What is named is called without arguments and must answer a `Kms`. Raises Unavailable when there is none.
    """
    name = os.environ.get("MINHU_KMS", "")
    try:
        found = next((point.load() for point in entry_points(group=GROUP) if point.name == name), None)
        if found is None:
            module, _, attribute = name.partition(":")
            found = getattr(import_module(module), attribute)
        made = found()
    except Exception as error:  # the edge to a plug-in: importing it may raise anything
        raise Unavailable(_NO_SERVICE, code="kms_unavailable") from error
    if not isinstance(made, Kms):
        raise Unavailable(_NO_SERVICE, code="kms_unavailable")
    return made


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a crash leaves either the old or the new content."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, path)


def _unwrapped(raw: bytes) -> bytes:
    try:
        wrapped = base64.b64decode(raw.strip(), validate=True)
    except ValueError as error:
        raise Unavailable(DAMAGED, code="keys_damaged") from error
    try:
        master = service().unwrap(wrapped, LABEL)
    except Unavailable:
        raise
    except Exception as error:  # the edge to a plug-in: it may raise anything
        raise Unavailable(_NO_SERVICE, code="kms_unavailable") from error
    if not isinstance(master, bytes) or len(master) != KEY_BYTES:
        raise Unavailable(DAMAGED, code="keys_damaged")
    return master


def _decoded(raw: bytes) -> bytes:
    try:
        master = base64.b64decode(raw.strip(), validate=True)
    except ValueError as error:
        raise Unavailable(DAMAGED, code="keys_damaged") from error
    if len(master) != KEY_BYTES:
        raise Unavailable(DAMAGED, code="keys_damaged")
    return master
