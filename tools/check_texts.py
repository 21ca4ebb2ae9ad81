"""Nothing private in the repository: no registry address in lock files, no path of a machine, no secret."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from common import ROOT, report, shown, tracked

BINARY = {".png", ".jpg", ".ico", ".npz", ".xlsx", ".woff2", ".mo", ".pdf", ".gz"}
PRIVATE: dict[str, re.Pattern[str]] = {
    "path of a person's machine": re.compile(r"(?<![\w.])/(?:home|Users|root)/[\w.-]+/"),
    "path of this checkout": re.compile(re.escape(str(ROOT.parent)) + r"/\w" if len(ROOT.parts) > 2 else r"(?!)"),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "password in an address": re.compile(r"postgres(?:ql)?://[\w.]+:(?!password|secret|密码|\*)[^@\s/{$<'\"]{3,}@"),
}
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host")
SELF = "tools/check_texts.py"


def in_lock(path: Path) -> Iterator[str]:
    """Addresses in a lock file: it must work with whatever registry the reader's clients are set to."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".txt":
        for number, line in enumerate(text.splitlines(), 1):
            if ADDRESS.search(line.split("#")[0]):
                yield f"{shown(path)}:{number}: registry address in a lock file"
        return
    for name, package in json.loads(text).get("packages", {}).items():
        if "resolved" in package:
            yield f"{shown(path)}: {name} has 'resolved'; see .npmrc"


def findings() -> Iterator[str]:
    """All of them."""
    for path in tracked():
        name = shown(path)
        if name.startswith("requirements/") or path.name == "package-lock.json":
            yield from in_lock(path)
        if path.suffix in BINARY or name == SELF:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if not name.startswith("tests/"):
                yield f"{name}: not UTF-8"
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for meaning, pattern in PRIVATE.items():
                if pattern.search(line):
                    yield f"{name}:{number}: {meaning}"


if __name__ == "__main__":
    sys.exit(report("texts", findings()))
