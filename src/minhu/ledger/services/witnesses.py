"""Carries signed checkpoints to witnesses outside this machine, named in MINHU_WITNESSES and separated by commas.

* a path: the same lines as MINHU_HOME/ledger/checkpoints.jsonl, for a mounted folder of another machine;
* https://…: a POST as C2SP tlog-witness describes: the size the witness knows, the consistency proof, the checkpoint;
* mailto:…: the newest checkpoint by mail once a day.

Runs in a loop of its own and never holds up the sequencer. What fails is tried again, later each time.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import send_mail

from minhu.engines.database import home_folder
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError, Unavailable
from minhu.ledger import signing, witness
from minhu.ledger.database import everything_visible
from minhu.ledger.models import Checkpoint
from minhu.ledger.services.prove import prove_growth, roots_at
from minhu.ledger.types import WitnessState

log = structlog.get_logger("minhu.ledger")
EVERY: Final = {"file": timedelta(seconds=1), "web": timedelta(minutes=1), "mail": timedelta(days=1)}
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024
LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def targets() -> tuple[str, ...]:
    """Return the witnesses that the operator named."""
    return tuple(part.strip() for part in os.environ.get("MINHU_WITNESSES", "").split(",") if part.strip())


def kind_of(address: str) -> str:
    """Say what an address is: 'file', 'web' or 'mail'. Raises ValueError for one that cannot be used."""
    parts = urlsplit(address)
    if parts.scheme == "mailto" and "@" in parts.path:
        return "mail"
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL):
        return "web"
    if not parts.scheme and Path(address).is_absolute():
        return "file"
    raise ValueError(f"a witness is an absolute path, https://… or mailto:…, not {address!r}")


def states() -> list[WitnessState]:
    """Return how each named witness stands."""
    known = _read()
    return [known.get(address) or WitnessState(address, _kind(address)) for address in targets()]


def deliver() -> int:
    """Bring to each witness that is due what it does not have yet; return to how many something was brought.

    One process at a time; the others return at once.
    """
    if not targets():
        return 0
    with _alone() as mine:
        if not mine:
            return 0
        with everything_visible():
            last = Checkpoint.objects.order_by("-size").first()
        if last is None:
            return 0
        known, done = _read(), 0
        for state in states():
            if state.size >= last.size or _waits(state):
                continue
            known[state.address] = after = _tried(state, last)
            done += not after.error
            _write(known)
        return done


def _waits(state: WitnessState) -> bool:
    """Whether it is too early; a moment further off than any pause was stamped by a clock that was set back since."""
    longest = max(LAST_RETRY, EVERY.get(state.kind, LAST_RETRY))
    return state.next_at is not None and now() < state.next_at <= now() + longest


def _tried(state: WitnessState, last: Checkpoint) -> WitnessState:
    """Deliver once; an error becomes part of the state, with the moment of the next attempt."""
    moment = now()
    try:
        if not state.kind:
            raise Unavailable("见证地址无法使用：须为绝对路径、https:// 或 mailto:。", code="bad_witness")
        size, answer = DELIVERIES[state.kind](state, last)
    except (MinhuError, OSError, ValueError, SMTPException) as error:
        failures = state.failures + 1
        wait = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LAST_RETRY)
        words = error.message if isinstance(error, MinhuError) else f"{type(error).__name__}: {error}"
        log.warning("witness_failed", kind=state.kind, failures=failures, error=type(error).__name__)
        return replace(state, failures=failures, error=words[:300], next_at=moment + wait)
    return replace(
        state, size=size, at=moment, failures=0, error="", next_at=moment + EVERY[state.kind],
        answer=answer or state.answer,
    )  # fmt: skip


def _to_file(state: WitnessState, last: Checkpoint) -> tuple[int, str]:
    path = Path(state.address)
    if not path.parent.is_dir():
        raise Unavailable("见证文件所在目录不存在，可能没有挂载。", code="witness_unavailable")
    theirs = witness.last_line(path)
    if theirs and theirs.size > last.size:
        raise _ahead(theirs.size)
    if theirs and roots_at([theirs.size])[theirs.size] != theirs.root:
        raise Unavailable("见证文件与账本不符：账本可能被改写。请先比对检查点，再另存旧文件。", code="witness_differs")
    witness.catch_up(path)
    return last.size, ""


def _to_mail(state: WitnessState, last: Checkpoint) -> tuple[int, str]:
    if settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend"):
        raise Unavailable("没有设置发信服务器（MINHU_MAIL），邮件见证没有送出。", code="no_mail")
    text = (
        "这是政务热线账本的检查点。请原样保存本邮件：日后核对账本有没有被改动，以它为凭。\n\n"
        f"{_note(last)}\n公钥：{signing.all_keys()[-1].verifier}\n"
    )
    send_mail(f"账本检查点 {last.size} 条", text, None, [urlsplit(state.address).path])
    return last.size, ""


def _to_web(state: WitnessState, last: Checkpoint) -> tuple[int, str]:
    """POST the checkpoint with the proof that it continues what the witness has; a witness may know more than we do."""
    note = _note(last)
    code, answer = _post(state.address, _body(state.size, last.size, note))
    if code == 409 and answer.strip().isdigit():
        theirs = int(answer)
        if theirs > last.size:
            raise _ahead(theirs)
        code, answer = _post(state.address, _body(theirs, last.size, note))
    if code != 200:
        raise Unavailable(f"见证方没有接受检查点（HTTP {code}）。", code="witness_refused")
    return last.size, answer.strip()[:4000]


def _ahead(theirs: int) -> Unavailable:
    return Unavailable(f"见证方已有 {theirs} 条，多于本系统：账本可能被回退。", code="witness_ahead")


def _body(old: int, size: int, note: str) -> bytes:
    path = [base64.b64encode(bytes.fromhex(node)).decode() for node in prove_growth(old, size).path] if old else []
    return "\n".join([f"old {old}", *path, "", note]).encode()


def _note(last: Checkpoint) -> str:
    note = signing.note_of(last)
    if not note:
        raise Unavailable("最近的检查点没有签名，不能送交见证。", code="not_signed")
    return note


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        """Never follow: the operator named the address."""


def _post(address: str, body: bytes) -> tuple[int, str]:
    handlers = (_NoRedirect(), urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    request = urllib.request.Request(address, body, {"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310 - see kind_of
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as answer:
            return int(answer.status), answer.read(MOST_BYTES).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(MOST_BYTES).decode("utf-8", "replace")


DELIVERIES: Final[dict[str, Callable[[WitnessState, Checkpoint], tuple[int, str]]]] = {
    "file": _to_file,
    "web": _to_web,
    "mail": _to_mail,
}


def _kind(address: str) -> str:
    try:
        return kind_of(address)
    except ValueError:
        return ""


def _file() -> Path:
    return home_folder() / "ledger" / "witnesses.json"


def _read() -> dict[str, WitnessState]:
    try:
        rows = json.loads(_file().read_text("utf-8"))
        return {row["address"]: _state(row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _state(row: dict[str, Any]) -> WitnessState:
    moments = {name: datetime.fromisoformat(row[name]) if row[name] else None for name in ("at", "next_at")}
    return WitnessState(**{**row, **moments})


def _write(known: dict[str, WitnessState]) -> None:
    draft = _file().with_suffix(f".{os.getpid()}.part")
    rows = [asdict(state) for address, state in known.items() if address in targets()]
    draft.write_text(json.dumps(rows, default=str, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(_file())


@contextmanager
def _alone() -> Iterator[bool]:
    folder = home_folder() / "ledger"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / ".witnesses-lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
