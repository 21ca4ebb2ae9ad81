"""Writes the demo city's papers into a folder: the files that it hands out, and JSON lines for `minhu evaluate answers`.

    python tools/demo_papers.py FOLDER

FOLDER/files holds what is public (to upload by hand or to watch as a source), documents.jsonl the texts of the papers in
force, questions.jsonl what citizens ask them; a follow-up is asked together with what was asked before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from common import use_house


def main(folder: Path) -> int:
    """Write everything; says how many of each."""
    use_house()
    from minhu.directory.queries.freshness import local_day
    from minhu.server.demo.paper_files import file_of, parts
    from minhu.server.demo.papers import papers, questions

    today = local_day()
    public = [paper for paper in papers(today) if paper.right == "公开"]
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for paper in public:
        name, content = file_of(paper)
        (files / name).write_bytes(content)
    valid = [paper for paper in public if paper.valid(today)]
    asked = questions(today)
    texts = ({"docid": x.stem, "text": "\n".join(_line(part.text, part.rows) for part in parts(x))} for x in valid)
    _write(folder / "documents.jsonl", texts)
    _write(folder / "questions.jsonl", (_asked(x.earlier + x.question, x.document, x.answer, x.kind) for x in asked))
    print(f"{len(public)} files, {len(valid)} texts, {len(asked)} questions in {folder}")
    return 0


def _line(text: str, rows: Iterable[Iterable[str]]) -> str:
    return text or "\n".join("\t".join(row) for row in rows)


def _asked(question: str, document: str, answer: str, kind: str) -> Mapping[str, str]:
    found = {"docid": document, "answer": answer} if document else {}
    return {"question": question, "kind": kind, **found}


def _write(path: Path, lines: Iterable[Mapping[str, str]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/demo_papers.py FOLDER")
    sys.exit(main(Path(sys.argv[1])))
