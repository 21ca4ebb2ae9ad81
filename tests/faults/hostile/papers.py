"""Documents for the knowledge room that lie about what they are, never end, or nest without an end."""

from __future__ import annotations

import io

import docx
import pikepdf
from tests.faults.hostile.blocks import Make, png
from tests.faults.hostile.pictures import EICAR


def _pages(count: int) -> bytes:
    pdf, kept = pikepdf.new(), io.BytesIO()
    for _ in range(count):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(kept)
    return kept.getvalue()


def _locked() -> bytes:
    pdf, kept = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(kept, encryption=pikepdf.Encryption(owner="o", user="u"))
    return kept.getvalue()


def _blank_word() -> bytes:
    kept = io.BytesIO()
    docx.Document().save(kept)
    return kept.getvalue()


PAPERS: dict[str, tuple[str, Make]] = {
    "2,000 pages": ("paper.pdf", lambda: _pages(2_000)),
    "pages without a word": ("paper.pdf", lambda: _pages(3)),
    "pdf with a password": ("paper.pdf", _locked),
    "word without a word": ("paper.docx", _blank_word),
    "pdf called word": ("paper.docx", lambda: _pages(1)),
    "picture called text": ("paper.txt", png),
    "word called page": ("paper.html", _blank_word),
    "program called text": ("paper.txt", lambda: b"MZ\x90\x00" + bytes(range(256)) * 40),
    "test virus called photo": ("paper.jpg", lambda: EICAR),
    "old word": ("paper.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600)),
    "nothing at all": ("paper.txt", lambda: b""),
    "blanks": ("paper.txt", lambda: b" \n" * 4000),
    "nul in text": ("paper.txt", lambda: "第一条".encode() + b"\0" * 9),
    "one line of 3 MB": ("paper.txt", lambda: "一".encode() * 1_000_001),
    "text of 25 MB": ("paper.txt", lambda: b"word \n" * 4_400_000),
    "neither utf-8 nor gb": ("paper.txt", lambda: b"\xff\x81\xfe\x80" * 3000),
    "page of entities": ("paper.html", lambda: b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><html><body>&b;</body></html>'),
    "page inside pages": ("paper.html", lambda: b"<html><body>" + b"<div>" * 300_000),
    "tables inside tables": ("paper.html", lambda: b"<html><body>" + b"<table><tr><td>" * 60_000),
    "page of a script only": ("paper.html", lambda: b"<html><body><script>" + b"alert(1);" * 9000 + b"</script></body></html>"),
    "page of php": ("paper.html", lambda: b"<html><?php system($_GET['c']); ?></html>"),
    "cells without an end, spread": ("paper.html", lambda: b"<html><table>" + b"<tr>" + b"<td rowspan=99999 colspan=99999>x</td>" * 2000 + b"</tr>" * 9 + b"</table></html>"),
    "markdown of rules": ("paper.md", lambda: (b"|" * 5000 + b"\n" + b"|--" * 5000 + b"\n") * 90),
    "csv of one quote": ("paper.csv", lambda: b'a,b\n"' + b"x\n" * 400_000),
}  # fmt: skip
