"""`minhu evaluate duplicates` and `minhu train matters`: do two reports tell the same matter?

The stream is a workbook or CSV of messages (columns 留言编号, 留言用户, 留言主题, 留言时间, 留言详情, or id, user, title, time,
body, area); the pairs are a CSV with id_a, id_b and, as what people decided, same (1 or 0).
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zipfile import BadZipFile

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, read, show
from minhu.server.tables import BadFile, Row, read_table

if TYPE_CHECKING:
    from minhu.language.matters import Told

Stream = Annotated[
    list[Path],
    typer.Option("--stream", help="XLSX or CSV of messages: 留言编号/id, 留言主题/title, 留言详情/body …; repeatable"),
]
Pairs = Annotated[
    list[Path], typer.Option("--pairs", help="CSV: id_a, id_b, same (0/1); one for each --stream, in order.")
]
_NAMES = {
    "id": ("留言编号", "id", "number", "编号"), "user": ("留言用户", "user"), "title": ("留言主题", "title", "标题"),
    "time": ("留言时间", "time", "时间"), "body": ("留言详情", "body", "text", "内容"), "area": ("area", "地区"),
}  # fmt: skip
_MOMENT = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


def duplicates(stream: Stream, pairs: Pairs, details: Details = False) -> None:
    """Precision and recall of 'the same matter' over labelled pairs of a stream; also of 'perhaps'."""
    labelled = read_pairs(stream, pairs)
    from minhu.language.matters import Verdict, compare

    begun = time.process_time()
    got = [compare(first, second) for first, second, _ in labelled]
    spent = (time.process_time() - begun) * 1000 / len(labelled)
    wanted = [same for *_, same in labelled]
    said = [one.verdict is Verdict.SAME for one in got]
    near = [one.verdict is not Verdict.NO for one in got]
    if details:
        for (first, second, same), one in zip(labelled, got, strict=True):
            if (one.verdict is Verdict.SAME) != same:
                word = "漏判" if same else "误判"
                typer.echo(f"{word} {one.probability:.2f}：{first.text[:40]} ／ {second.text[:40]}\n    {one.basis}")
    both = sum(a and b for a, b in zip(said, wanted, strict=True))
    near_both = sum(a and b for a, b in zip(near, wanted, strict=True))
    show(
        "duplicates",
        {
            "pairs": len(labelled), "same": sum(wanted), "precision": ratio(both, sum(said)), "recall": ratio(both, sum(wanted)),
            "perhaps_precision": ratio(near_both, sum(near)), "perhaps_recall": ratio(near_both, sum(wanted)),
            "ms_per_pair": round(spent, 3),
        },
    )  # fmt: skip


def train_matters(
    stream: Stream,
    pairs: Pairs,
    out: Annotated[Path, typer.Option("--out", help="The card to write (JSON, numbers only).")],
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
) -> None:
    """Learn on labelled pairs how much person, place, kind, time and words say about 'the same matter'."""
    labelled = read_pairs(stream, pairs)
    from minhu.kernel import clock
    from minhu.language.matter_training import train

    try:
        parts = [file.name for one, file in zip(stream, pairs, strict=True) for _ in _read_pairs(one, file)]
        card = train(
            labelled,
            parts=parts,
            version=name,
            date=clock.now().date().isoformat(),
            sources=[file.name for both in zip(stream, pairs, strict=True) for file in both],
        )
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except ValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    show("matters", {"pairs": card["pairs"], "same_from": card["same_from"], **card["figures"]})


def read_pairs(streams: Sequence[Path], files: Sequence[Path]) -> list[tuple[Told, Told, bool]]:
    """The labelled pairs of all files with their reports, or exit 2 with what is wrong in which row."""
    if len(streams) != len(files):
        fail("每个 --stream 要有一个 --pairs，顺序一致")
    return [pair for stream, file in zip(streams, files, strict=True) for pair in _read_pairs(stream, file)]


def _read_pairs(stream: Path, pairs: Path) -> list[tuple[Told, Told, bool]]:
    told = _read_stream(stream)
    found = []
    for number, row in enumerate(read(pairs, ("id_a", "id_b", "same")), 2):
        first, second, same = (row[name].strip() for name in ("id_a", "id_b", "same"))
        if same not in ("0", "1"):
            fail(f"{pairs.name} 第 {number} 行的 same 应为 0 或 1")
        for one in (first, second):
            if one not in told:
                fail(f"{pairs.name} 第 {number} 行的编号 {one[:40]} 不在 {stream.name} 中")
        found.append((told[first], told[second], same == "1"))
    return found


def _read_stream(file: Path) -> dict[str, Told]:
    from minhu.language.features import join_title
    from minhu.language.matters import Told

    rows = _workbook(file) if file.suffix.lower() == ".xlsx" else _table(file)
    columns = {name: next((one for one in known if one in rows[0]), "") for name, known in _NAMES.items()}
    missing = [_NAMES[name][0] for name in ("id", "body") if not columns[name]]
    if missing:
        fail(f"{file.name} 缺少列 {'、'.join(missing)}（现有列：{'、'.join(rows[0])[:200]}）")

    def cell(row: Row, name: str) -> str:
        return row.get(columns[name], "").strip() if columns[name] else ""

    return {
        cell(row, "id"): Told(
            join_title(cell(row, "title"), re.sub(r"\s+", "", cell(row, "body"))),
            _moment(cell(row, "time")), cell(row, "user"), cell(row, "area"),
        )
        for row in rows
    }  # fmt: skip


def _table(file: Path) -> list[Row]:
    try:
        return read_table(file)
    except BadFile as error:
        fail(str(error))


def _workbook(file: Path) -> list[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
        lines = [
            ["" if cell is None else str(cell) for cell in line]
            for line in book.worksheets[0].iter_rows(values_only=True)
        ]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, InvalidFileException, zlib.error) as error:
        fail(f"无法读取工作簿 {file.name}：{error}")
    if len(lines) < 2:
        fail(f"{file.name} 没有数据行")
    head = [name.strip() for name in lines[0]]
    return [dict(zip(head, line, strict=False)) for line in lines[1:]]


def _moment(words: str) -> datetime | None:
    found = _MOMENT.search(words)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - only differences are used
    except ValueError:
        return None
