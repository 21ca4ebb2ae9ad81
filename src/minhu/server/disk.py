"""A full disk: how it is noticed, what a person is told, what the operator reads in the log."""

from __future__ import annotations

import shutil
import time
from typing import Final

import structlog
from django.conf import settings

from minhu.kernel.errors import Unavailable

log = structlog.get_logger("minhu.disk")
LEAST_FREE_BYTES: Final = 256 * 1024 * 1024
"""Below this the house says that it is not ready."""
EXHAUSTED_BYTES: Final = 20 * 1024 * 1024
"""Below this PostgreSQL cannot begin a new piece of its log (16 MiB): a database that is away has no other reason."""
LOG_SECONDS: Final = 60.0
_ADVICE: Final = (
    "free room where MINHU_HOME lies (old backups, logs, other data) or enlarge the file system, delete nothing in "
    "MINHU_HOME/db; nothing that was acknowledged is lost and work goes on by itself"
)
_SENTENCE: Final = "服务器存储空间不足，刚才的内容没有保存，请稍后重试。您已经提交成功的内容不会丢失；如遇紧急情况，请直接拨打 110、119 或 120。"
_said = {"at": float("-inf")}


def free_bytes() -> int:
    """Room left where MINHU_HOME is."""
    return shutil.disk_usage(settings.MINHU_HOME).free


def is_exhausted() -> bool:
    """Whether so little is left that the embedded database cannot go on."""
    return free_bytes() < EXHAUSTED_BYTES


def full(cause: BaseException | None) -> Unavailable:
    """The error for whoever asked; the operator reads once a minute what to do."""
    if time.monotonic() - _said["at"] > LOG_SECONDS:
        _said["at"] = time.monotonic()
        log.error("disk_full", free_bytes=free_bytes(), cause=type(cause).__name__, advice=_ADVICE)
    return Unavailable(_SENTENCE, code="disk_full")
