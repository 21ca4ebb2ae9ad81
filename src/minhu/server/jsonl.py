"""Papers and questions as JSON lines, read at the edge with one clear message for what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from minhu.language.answers.cutting import cut
from minhu.language.answers.measures import Asked
from minhu.language.papers.types import Paper, Passage, PassageKind
from minhu.server.tables import BadFile

_LONGEST_LINE: Final = 20_000_000


def read_papers(file: Path) -> dict[str, Paper]:
    """Papers by docid from lines with docid and text. Raises ``BadFile``."""
    papers: dict[str, Paper] = {}
    for number, row in _rows(file, ("docid", "text")):
        key = row["docid"].strip()
        if not key or not row["text"].strip():
            raise BadFile(f"{file.name} 第 {number} 行的 docid 或 text 是空的")
        if key in papers:
            raise BadFile(f"{file.name} 第 {number} 行的 docid “{key[:60]}”重复")
        papers[key] = cut(row["text"])
    return papers


def read_questions(file: Path, papers: dict[str, Paper]) -> list[Asked]:
    """Questions from lines with question and, where a paper answers it, docid and answer. Raises ``BadFile``."""
    asked = []
    for number, row in _rows(file, ("question",)):
        key = row.get("docid", "").strip()
        if not row["question"].strip():
            raise BadFile(f"{file.name} 第 {number} 行的 question 是空的")
        if key and key not in papers:
            raise BadFile(f"{file.name} 第 {number} 行的 docid “{key[:60]}”不在文件集里")
        if key and not row.get("answer", "").strip():
            raise BadFile(f"{file.name} 第 {number} 行有 docid 而没有 answer")
        answer = row.get("answer", "") if key else ""
        asked.append(Asked(row["question"], key, answer, row.get("kind") or "", row.get("clause") or ""))
    return asked


def read_set(file: Path) -> tuple[dict[str, Paper], list[Asked]]:
    """Papers and questions of one file, as an evaluation set leaves the house: lines of papers (docid, title, text,
    passages), then lines of questions. Raises ``BadFile``."""
    papers: dict[str, Paper] = {}
    lines = _lines(file)
    for number, row in lines:
        if "question" not in row:
            papers[str(row.get("docid"))] = _paper(file, number, row)
    if not papers:
        raise BadFile(f"{file.name} 里没有文件；请从测评集页导出“题目和文件（JSONL）”")
    asked = []
    for number, row in lines:
        if "question" in row:
            given = {key: str(row.get(key) or "") for key in ("question", "docid", "answer", "kind", "clause")}
            if given["docid"] and given["docid"] not in papers:
                raise BadFile(f"{file.name} 第 {number} 行的 docid “{given['docid'][:60]}”不在文件集里")
            asked.append(Asked(given["question"], given["docid"], given["answer"], given["kind"], given["clause"]))
    return papers, asked


def _paper(file: Path, number: int, row: dict[str, Any]) -> Paper:
    try:
        passages = tuple(
            Passage(
                number=int(one["number"]), kind=PassageKind(one["kind"]), text=str(one["text"]), label=str(one["label"]),
                path=tuple(map(str, one["path"])), context=str(one["context"]), page=int(one["page"]), start=int(one["start"]),
                end=int(one["end"]), cells=tuple((str(name), str(value)) for name, value in one["cells"]),
            )
            for one in row["passages"]
        )  # fmt: skip
        return Paper(str(row["title"]), str(row["text"]), passages)
    except (KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{file.name} 第 {number} 行不是导出的文件（缺少 title、text 或 passages）") from error


def half_of(question: str) -> str:
    """'development' or 'held-out', by the question's own words, so that it stays the same in any file."""
    return ("development", "held-out")[hashlib.sha256(question.encode()).digest()[-1] % 2]


def _lines(file: Path) -> list[tuple[int, dict[str, Any]]]:
    return [(number, _object(file, number, line)) for number, line in _texts(file)]


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in _texts(file):
        yield number, _row(file, number, line, columns)


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile(f"无法打开文件 {file.name}：{error.strerror or error}") from error
    except UnicodeError as error:
        raise BadFile(f"文件 {file.name} 不是 UTF-8 编码") from error
    seen = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        seen = True
        yield number, line
    if not seen:
        raise BadFile(f"文件 {file.name} 是空的")


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        if len(line) > _LONGEST_LINE:
            raise ValueError("too long")
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{file.name} 第 {number} 行不是有效的 JSON") from error
    if not isinstance(row, dict):
        raise BadFile(f'{file.name} 第 {number} 行应为一个对象，如 {{"question": …}}')
    return row


def _row(file: Path, number: int, line: str, columns: tuple[str, ...]) -> dict[str, str]:
    row = _object(file, number, line)
    missing = [column for column in columns if row.get(column) is None]
    if missing:
        raise BadFile(f"{file.name} 第 {number} 行缺少 {'、'.join(missing)}")
    wrong = [
        key
        for key in ("docid", "text", "question", "answer", "kind", "clause")
        if row.get(key) is not None and not isinstance(row[key], str)
    ]
    if wrong:
        raise BadFile(f"{file.name} 第 {number} 行的 {wrong[0]} 应为文字")
    return {key: value for key, value in row.items() if isinstance(value, str)}
