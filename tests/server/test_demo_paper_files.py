"""Papers that the demo city hands out as Word, PDF, Excel, web page or scan come back word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher

import pytest

from minhu.engines.readers.reading import Read, read
from minhu.language.papers.types import BlockKind
from minhu.server.demo import papers
from minhu.server.demo.paper_files import file_of, parts
from minhu.server.demo.papers import DemoPaper

TODAY = date(2026, 11, 23)
OTHERS = [x for x in papers.papers(TODAY) if x.form != "md"]
_GAP = re.compile(r"\s+")


def _told(paper: DemoPaper) -> str:
    return _GAP.sub("", "".join(part.text + "".join(map("".join, part.rows)) for part in parts(paper)))


def _back(paper: DemoPaper) -> Read:
    name, content = file_of(paper)
    return read(content, name)


def _said(found: Read) -> str:
    return _GAP.sub("", "".join(x.text + "".join(map("".join, x.rows)) for x in found.blocks))


@pytest.mark.parametrize("paper", OTHERS, ids=lambda x: f"{x.stem}-{x.form}")
def test_a_file_is_read_back_whole(paper: DemoPaper) -> None:
    found = _back(paper)
    said = _said(found)
    if found.scanned:
        assert SequenceMatcher(None, _told(paper), said, autojunk=False).ratio() >= 0.97
    else:
        assert all(_GAP.sub("", x) in said for part in parts(paper) for x in (part.text, *sum(part.rows, ())))
    for question in papers.questions(TODAY):
        if question.document == paper.stem:
            assert _GAP.sub("", question.answer) in said


def test_tables_of_files_are_read_as_tables() -> None:
    for paper in (x for x in OTHERS if x.form != "png"):
        found = _back(paper)
        tables = [x for x in found.blocks if x.kind is BlockKind.TABLE and len(x.rows[0]) > 1]
        wanted = [part.rows for part in parts(paper) if part.rows]
        assert [x.rows for x in tables] == wanted, paper.stem


def test_what_stands_around_a_web_page_is_left_out_and_a_long_paper_has_pages() -> None:
    page = next(x for x in OTHERS if x.form == "html")
    assert "网站地图" not in _said(_back(page))
    long = next(x for x in papers.papers(TODAY) if x.stem == "public-rental-measures")
    printed = papers_as(long, "pdf")
    assert read(printed, "a.pdf").pages >= 2
    assert printed == papers_as(long, "pdf")


def papers_as(paper: DemoPaper, form: str) -> bytes:
    """The bytes of a paper in another form than its own."""
    return file_of(replace(paper, form=form))[1]


def test_without_a_chinese_font_a_scan_is_handed_out_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.server.demo.paper_files._font_file", lambda: None)
    scan = next(x for x in OTHERS if x.form == "png")
    name, content = file_of(scan)
    assert name.endswith(".md")
    assert scan.body in content.decode()
