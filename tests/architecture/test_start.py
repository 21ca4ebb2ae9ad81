"""A start of the program loads what it needs: every command, every server and every fall and return pays for the rest."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
from pathlib import Path

from minhu.kernel.patterns import Uncompiled

SOURCE = Path(__file__).resolve().parents[2] / "src"
LATER = {
    "authlib", "cv2", "docx", "jieba", "ldap3", "lxml", "onnxruntime", "openpyxl", "opentelemetry", "pikepdf", "pkg_resources",
    "pypdfium2", "pypinyin", "rapidocr", "requests", "scipy", "selectolax", "sklearn",
}  # fmt: skip
"""Libraries that few requests need; they are imported in the function that uses them."""
MOST_PATTERNS = 200
"""Of the house, compiled while it is loaded; more of them belong to `kernel.patterns.regex`."""
LOOK = """
import re, sys
compiled = []
def counted(*given, before=re.compile, **named):
    compiled.append(sys._getframe(1).f_globals["__name__"])
    return before(*given, **named)
re.compile = counted
import minhu.server.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
own = [name for name in compiled if name.startswith("minhu.")]
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), len(own), sep="|")
"""


def test_a_server_loads_neither_readers_nor_trainers_and_compiles_few_patterns(home: Path) -> None:
    environment = {**os.environ, "MINHU_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names, compiled = done.stdout.strip().rsplit("|", 1)
    assert sorted(LATER.intersection(names.split())) == []
    assert int(compiled) <= MOST_PATTERNS


def test_every_pattern_that_is_compiled_later_is_one() -> None:
    """A mistake in it would otherwise show only to the first who meets it."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "patterns import regex" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    waiting = [one for one in gc.get_objects() if isinstance(one, Uncompiled)]
    assert len(waiting) > 500
    for one in waiting:
        one.compile()
