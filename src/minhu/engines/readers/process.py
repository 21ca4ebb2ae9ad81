"""The process that reads one document from standard input; `reading` starts it with its kind and what is wanted.

Wanted is `read`, `scan` (recognise its pictures) or `links` (of a web page, whose address is given in place of its kind).

It says `reads`, then each block as a line, then `=` and a word: done, scan (a PDF of pictures), much (and why), nothing,
locked, damaged.
"""

from __future__ import annotations

import importlib
import resource
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from minhu.engines.readers import bounds, kinds, wire
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block, BlockKind

READERS: Final = {
    kinds.PDF: "pdf", kinds.DOCX: "word", kinds.XLSX: "tables", kinds.XLS: "tables", kinds.CSV: "tables",
    kinds.HTML: "webpage", kinds.MARKDOWN: "plain", kinds.TEXT: "plain", kinds.SRT: "transcripts", kinds.VTT: "transcripts",
}  # fmt: skip
Reader = Callable[[bytes, str], Iterable[Block]]


def _limit(*, scan: bool) -> None:
    memory = bounds.SCAN_MEMORY if scan else bounds.MEMORY
    seconds = bounds.SCAN_SECONDS if scan else bounds.SECONDS
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):  # fmt: skip
        with suppress(ValueError, OSError):  # systems that know no such limit
            resource.setrlimit(what, (most, most))


def _written(blocks: Iterable[Block]) -> str:
    """Write the blocks out as they come; the word at the end."""
    characters = cells = 0
    anything = False
    for number, block in enumerate(blocks, 1):
        characters += len(block.text) + sum(len(cell) for row in block.rows for cell in row)
        cells += sum(map(len, block.rows))
        if number > bounds.MAX_BLOCKS or characters > bounds.MAX_CHARACTERS or cells > bounds.MAX_CELLS:
            raise bounds.TooMuchError("文件的内容过多，请按章节或工作表拆分后分别上传。")
        if block.rows and len(block.rows[0]) > bounds.MAX_COLUMNS:
            raise bounds.TooMuchError(f"有的表格超过 {bounds.MAX_COLUMNS} 列，请删去空白列或拆分后上传。")
        anything = anything or block.kind is not BlockKind.PAGE_BREAK
        sys.stdout.write(f"{wire.line_of(block)}\n")
    return "done" if anything else "nothing"


def main() -> None:
    """Say that it started, take limits, read, say the word."""
    kind, scan = sys.argv[1], sys.argv[2] == "scan"
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write("reads\n")
    sys.stdout.flush()
    content = sys.stdin.buffer.read()
    _limit(scan=scan)
    name = {"scan": "scans", "links": "weblinks"}.get(sys.argv[2]) or READERS[kind]
    try:
        read: Reader = importlib.import_module(f"minhu.engines.readers.{name}").blocks
        word = _written(read(content, kind))
    except bounds.TooMuchError as error:
        word = f"much {error}"
    except MemoryError:
        word = "bomb"
    except Invalid as error:
        word = {"file_locked": "locked", "needs_scan": "scan"}.get(error.code, "damaged")
    sys.stdout.write(f"={word}")


if __name__ == "__main__":
    main()
