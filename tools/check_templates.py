"""Every template compiles, obeys the content security policy and has no Chinese outside translation tags."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from common import SOURCE, report, shown, tracked, use_house

FORBIDDEN: dict[str, re.Pattern[str]] = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]{3,}\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "address of another host": re.compile(r"(?:src|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
}
COMMENTS = re.compile(r"\{#.*?#\}|\{%\s*comment.*?%\}.*?\{%\s*endcomment\s*%\}|<!--.*?-->", re.DOTALL)
BLOCKS = re.compile(r"\{%\s*block(?:trans|translate)\b.*?\{%\s*endblock(?:trans|translate)\s*%\}", re.DOTALL)
TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")


def blank(text: str, pattern: re.Pattern[str]) -> str:
    """Remove what matches but keep the line numbers."""
    return pattern.sub(lambda found: "\n" * found.group().count("\n"), text)


def in_file(path: Path) -> Iterator[str]:
    """Findings in the text of one template."""
    text = blank(path.read_text(encoding="utf-8"), COMMENTS)
    for meaning, pattern in FORBIDDEN.items():
        for found in pattern.finditer(text):
            yield f"{shown(path)}:{text.count(chr(10), 0, found.start()) + 1}: {meaning}"
    if path.suffix == ".html":
        for number, line in enumerate(blank(blank(text, BLOCKS), TAGS).splitlines(), 1):
            if HAN.search(line) and 'lang="zh' not in line:  # the name of a language is written in that language
                yield f"{shown(path)}:{number}: Chinese outside a translation tag: {line.strip()[:40]}"


def findings() -> Iterator[str]:
    """Findings in all templates of all rooms."""
    use_house()
    from django.template import TemplateSyntaxError, engines

    for path in sorted(tracked()):
        if SOURCE not in path.parents or "templates" not in path.parts:
            continue
        yield from in_file(path)
        try:
            engines["django"].from_string(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            yield f"{shown(path)}: {error}"


if __name__ == "__main__":
    sys.exit(report("templates", findings()))
