"""Opens every hostile file at its door, each in a child of its own that is timed and measured; prints one JSON line each.

Usage: python -m tests.faults.hostile.runner FOLDER. Files are made by another child, so that what is measured is the
door alone: the interpreter with the house loaded, the file, and what the door makes of it.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

Open = Callable[[Path], object]
LONGEST_SECONDS = 60
LATER = frozenset({
    "bomb of 300 MB", "bomb in a picture", "bomb of many small", "pdf bomb", "pdf bomb of many streams", "png text bomb", "png profile bomb",
    "png international text bomb", "png whose rows never end", "markup of 150 MB", "jpeg of 4,000 scans", "progressive jpeg of 49 megapixels",
    "webp of 16 megapixels", "png of 39 megapixels, rows missing", "one text named 1,000,000 times", "rows without an end", "cells without an end",
    "16 million blank lines", "cell of 60 MB in lines", "cell of 100 MB", "millions of lists", "millions of numbers", "promises 100 bytes, holds 64 MB",
    "promises nothing", "promises 4 GB", "200,000 members", "commas without an end", "lines of nonsense", "million columns", "gif of many frames",
})  # fmt: skip
"""What takes seconds to make; played with MINHU_FAULTS=ci or bench."""


def doors() -> dict[str, Open]:
    """What takes a file, by name; the house is loaded here."""
    import django

    django.setup()
    from minhu.directory.services.loading import read_json, read_rows, rows_of
    from minhu.engines import files
    from minhu.engines.readers import reading
    from minhu.intake.imports.reading import read_table
    from minhu.intake.types import MAX_FILE_BYTES
    from minhu.kernel.errors import Invalid
    from minhu.ledger import witness
    from minhu.portals.manage import catalogue_sheet

    def compare(path: Path) -> object:
        lines, _bad = witness.parse(path.read_bytes())
        if not lines:
            raise Invalid("文件里没有检查点。", code="no_checkpoints")
        return lines

    return {
        "attachment": lambda path: files.save(path.read_bytes(), max_bytes=MAX_FILE_BYTES),
        "import": lambda path: read_table(path.read_bytes(), path.name),
        "catalogue": lambda path: catalogue_sheet.rows_of(path.read_bytes()),
        "directory csv": lambda path: read_rows(path, "areas"),
        "directory json": lambda path: rows_of(read_json(path), "areas", path.name),
        "checkpoints": compare,
        "paper": lambda path: reading.read(path.read_bytes(), path.name),
    }


def cases() -> Iterator[tuple[str, str, str, Callable[[], bytes]]]:
    """Door, name of the case, name of the file, maker. A spreadsheet stands at both doors that take one."""
    from tests.faults.hostile import documents, papers, pictures, tables

    for name, make in (pictures.CASES | documents.CASES).items():
        yield "attachment", name, "photo.jpg", make
    for name, make in tables.BOOKS.items():
        yield "import", name, "table.xls" if name.startswith("xls") else "table.xlsx", make
        yield "catalogue", name, "table.xlsx", make
    for name, make in tables.TEXTS.items():
        yield "import", name, "table.csv", make
    for name in ("million columns", "cell of 100 MB", "nul", "no encoding at all", "nothing", "commas without an end", "quotes that never close"):  # fmt: skip
        yield "directory csv", name, "table.csv", tables.TEXTS[name]
    for name, make in tables.JSONS.items():
        yield "directory json", name, "areas.json", make
    for name, make in tables.POINTS.items():
        yield "checkpoints", name, "checkpoints.jsonl", make
    for name, make in documents.ARCHIVES.items():
        yield "paper", name, "paper.docx", make
    for name, make in documents.OFFICE.items():
        yield "paper", name, "paper.docx", make
    for name, make in documents.PDFS.items():
        yield "paper", name, "paper.pdf", make
    for name, make in tables.BOOKS.items():
        yield "paper", name, "table.xls" if name.startswith("xls") else "table.xlsx", make
    for name, (file_name, make) in papers.PAPERS.items():
        yield "paper", name, file_name, make


def play(folder: Path) -> None:
    """All cases one after the other."""
    opened, everything = doors(), os.environ.get("MINHU_FAULTS", "") in {"ci", "bench"}
    before = _kept(folder)
    chosen = list(cases())
    doors_left = Counter(make for *_, make in chosen)
    for at, (door, name, file_name, make) in enumerate(chosen):
        doors_left[make] -= 1
        slow = name.removeprefix("archive: ") in LATER or (door == "catalogue" and "archive" in name)
        if not everything and (slow or at % 4):
            continue
        path, answer = folder / file_name, folder / "answer.json"
        for old in (path, answer):
            old.unlink(missing_ok=True)
        _made(folder, make, path, doors_left[make] > 0)
        found = {"door": door, "case": name, "bytes": path.stat().st_size}
        began = time.monotonic()
        status, usage = _child(lambda door=door, path=path, answer=answer: _ask(opened[door], path, answer))
        found |= {"seconds": usage.ru_utime + usage.ru_stime, "wall_seconds": time.monotonic() - began}
        found |= {"peak_mb": usage.ru_maxrss / 1024, "outcome": "died", "message": f"status {status}"}
        found |= json.loads(answer.read_text()) if answer.exists() else {}
        found["left"] = sorted(_kept(folder) - before)
        print(json.dumps(found, ensure_ascii=False), flush=True)


def _made(folder: Path, make: Callable[[], bytes], path: Path, again: bool) -> None:
    """The file of a case at its place; one that comes to another door as well is made once."""
    kept = folder / f"made-{id(make)}"
    if not kept.exists():
        _child(lambda: kept.write_bytes(make()))
    if again:
        shutil.copyfile(kept, path)
    else:
        kept.rename(path)


def _kept(folder: Path) -> set[str]:
    """Everything that lies in the home of the house."""
    return {str(path.relative_to(folder)) for path in (folder / "home").rglob("*") if path.is_file()}


def _child(work: Callable[[], object]) -> tuple[int, resource.struct_rusage]:
    """Run `work` in a fork; return its exit status and what it used (memory in KiB)."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(LONGEST_SECONDS)
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the parent tells what the child wrote
            traceback.print_exc()
            os._exit(1)
    _, status, usage = os.wait4(pid, 0)
    return status, usage


def _ask(door: Open, path: Path, answer: Path) -> None:
    from minhu.kernel.errors import MinhuError

    try:
        door(path)
        told = {"outcome": "accepted", "message": ""}
    except MinhuError as error:
        told = {"outcome": "refused", "message": error.message, "code": error.code, "status": error.status}
    except BaseException as error:  # noqa: BLE001 - this is what must not happen
        told = {"outcome": "crashed", "message": repr(error)[:300]}
    answer.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    play(Path(sys.argv[1]))
