"""The door: a document's bytes in, its blocks out; whatever is wrong is said in words that tell what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from minhu.engines.archives import BOMB, DAMAGED
from minhu.engines.readers import bounds, kinds, wire
from minhu.kernel.errors import Invalid, Unavailable
from minhu.language.papers.types import Block, BlockKind

NOTHING: Final = "没有从文件里读到文字。如果是扫描件，请换用更清晰的扫描件（200 dpi 以上）再上传。"
LOCKED: Final = "文件需要密码才能打开。请取消密码后重新上传。"
_NOT_READ: Final = "服务器暂时无法读取文件，请稍后重试；多次出现请联系系统管理员。"
_WORDS: Final = {"damaged": (DAMAGED, "file_damaged"), "locked": (LOCKED, "file_locked"), "nothing": (NOTHING, "file_no_text")}  # fmt: skip
_MODULE: Final = "minhu.engines.readers.process"


@dataclass(frozen=True, slots=True)
class Read:
    """What a document holds: its media type, blocks in reading order, pages (0: it has none), and whether it was a scan."""

    kind: str
    blocks: tuple[Block, ...]
    pages: int = 0
    scanned: bool = False


def read(content: bytes, name: str) -> Read:
    """Read a document called ``name``.

    Raises Invalid for what is hostile, damaged, locked, empty, of another kind than its name says, or too large to be
    read (`kinds.inspect` and `file_no_text`, `file_too_large`); Unavailable where no process can be started.
    """
    return read_as(kinds.inspect(content, name), content)


def read_as(kind: str, content: bytes) -> Read:
    """Read a document whose kind was found by `kinds.inspect`; raises as `read`."""
    answer = _asked(content, kind, "scan" if kind in kinds.PICTURES else "read")
    if answer.word == "scan":
        answer = _asked(content, kind, "scan")
    blocks = _blocks(answer)
    return Read(kind, blocks, max((block.page for block in blocks), default=0), answer.scanned)


def _blocks(answer: _Answer) -> tuple[Block, ...]:
    """The blocks of an answer; raises Invalid for one that says why there are none."""
    if answer.word == "much":
        raise Invalid(answer.said, code="file_too_large")
    if answer.word != "done":
        message, code = _WORDS.get(answer.word) or (BOMB, "file_bomb")
        raise Invalid(message, code=code)
    try:
        return tuple(wire.blocks_of(answer.lines))
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(DAMAGED, code="file_damaged") from error


@dataclass(frozen=True, slots=True)
class Outline:
    """A web page beside its article: its title, whether it asks for a password, linked documents (address, words)."""

    title: str
    signs_in: bool
    links: tuple[tuple[str, str], ...]


def outline_of(content: bytes, address: str) -> Outline:
    """The outline of a web page that stood at ``address``; raises as `read`."""
    found = _blocks(_asked(content, address, "links"))
    title = next((block.text for block in found if block.kind is BlockKind.HEADING), "")
    signs_in = any(block.kind is BlockKind.FOOTNOTE for block in found)
    return Outline(title, signs_in, tuple((row[0], row[1]) for block in found for row in block.rows))


@dataclass(frozen=True, slots=True)
class _Answer:
    word: str
    said: str
    lines: list[str]
    scanned: bool


def _asked(content: bytes, kind: str, wanted: str) -> _Answer:
    """What the reading process says; the last line is its word, and a process without one was ended by its bounds."""
    scan = wanted == "scan"
    seconds = bounds.SCAN_SECONDS if scan else bounds.SECONDS
    try:
        done = subprocess.run(
            [sys.executable, "-m", _MODULE, kind, wanted],
            input=content, env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
            cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=4 * seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Invalid(BOMB, code="file_bomb") from error
    except OSError as error:
        raise Unavailable(_NOT_READ, code="reader") from error
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    if lines[0] != "reads":
        raise Unavailable(_NOT_READ, code="reader")
    if len(lines) < 2 or not lines[-1].startswith("="):
        return _Answer("bomb" if done.returncode < 0 else "damaged", "", [], scan)
    word, _, said = lines[-1][1:].partition(" ")
    return _Answer(word, said, lines[1:-1], scan)
