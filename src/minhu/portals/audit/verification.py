"""Checks the whole ledger in a thread; how far it is and what came of it stands in a file every process can read."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import DatabaseError, close_old_connections, connection

from minhu.engines.database import home_folder
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.ledger")
SILENT_FOR: Final = timedelta(minutes=3)
"""A run that has written nothing for so long has died with its process."""


def _file() -> Path:
    return home_folder() / "ledger" / "verification.json"


def state() -> dict[str, Any]:
    """The last run: ``running``, ``done``, ``total``, ``at``, ``by``, and when it has ended ``result`` or ``error``."""
    try:
        found: dict[str, Any] = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    for name in ("at", "started"):
        found[name] = datetime.fromisoformat(found[name])
    if good := (found.get("result") or {}).get("good_at"):
        found["good_at"] = datetime.fromisoformat(good)
    if found.get("running") and found["at"] < now() - SILENT_FOR:
        found |= {"running": False, "error": "上次核对中断了，请重新开始。"}
    return found


def _write(**values: Any) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.part")
    draft.write_text(json.dumps({**values, "at": now().isoformat()}, ensure_ascii=False, default=str), "utf-8")
    draft.replace(path)


def start(by: str) -> bool:
    """Begin a run unless one is under way; returns whether it began."""
    if state().get("running"):
        return False
    _write(running=True, done=0, total=0, by=by, started=now().isoformat())
    threading.Thread(target=_in_thread, args=(by,), name="ledger verification", daemon=True).start()
    return True


def _in_thread(by: str) -> None:
    close_old_connections()
    try:
        run(by)
    finally:
        connection.close()


def run(by: str) -> None:
    """Check the whole ledger now; what goes wrong is written down too."""
    started = now().isoformat()

    def progress(done: int, total: int) -> None:
        _write(running=True, done=done, total=total, by=by, started=started)

    try:
        result = ledger.verify(progress)
    except (DatabaseError, OSError, MinhuError) as error:
        log.warning("ledger_verification_failed", error=type(error).__name__)
        _write(
            running=False, done=0, total=0, by=by, started=started, error="核对没有完成：数据库或磁盘出错，请稍后重试。"
        )
        return
    _write(
        running=False,
        done=result.size,
        total=result.size,
        by=by,
        started=started,
        result={**asdict(result), "ok": result.ok},
    )
