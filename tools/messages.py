"""Texts for translation: `--write` brings new ones into the English catalogue, without it the check is made.

Message ids are the Chinese texts themselves, so Chinese needs no catalogue. Works with Babel alone.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from common import SOURCE, report, shown, tracked

CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, object] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def texts_of(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    """Line, text (or singular and plural) and context of each text in a Python file or template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        text = templatize(text, origin=str(path))
    source = io.BytesIO(text.encode())
    for line, function, found, _ in extract_python(source, list(KEYWORDS), [], {"encoding": "utf-8"}):
        parts = list(found) if isinstance(found, (tuple, list)) else [found]
        if not parts or not isinstance(parts[0], str):
            continue
        if function.startswith("pgettext"):
            if len(parts) > 1 and isinstance(parts[1], str):
                yield line, parts[1], parts[0]
        elif function.startswith("ngettext"):
            yield line, (parts[0], str(parts[1])), None
        else:
            yield line, parts[0], None


def all_texts() -> Catalog:
    """Every text of the product, with the places where it stands."""
    catalogue = Catalog(locale="en", fuzzy=False)
    for path in sorted(tracked()):
        if SOURCE not in path.parents or path.suffix not in {".py", ".html", ".txt"}:
            continue
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        try:
            for _line, text, context in texts_of(path):
                catalogue.add(text, context=context, locations=[(shown(path), 0)])
        except (tokenize.TokenError, SyntaxError) as error:
            raise SystemExit(f"{shown(path)}: cannot be read: {error}") from error
    return catalogue


def known() -> Catalog:
    """The English catalogue as committed."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as handle:
        return read_po(handle, locale="en")


def findings() -> Iterator[str]:
    """Texts without English, texts whose placeholders differ, and translations that nothing uses."""
    wanted, have = all_texts(), known()
    for message in wanted:
        if not message.id:
            continue
        found = have.get(message.id, message.context)
        strings = found.string if found is not None else ""
        if found is None or found.fuzzy or not all(strings if isinstance(strings, tuple) else (strings,)):
            yield f"no English for {message.id!r} ({message.locations[0][0]})"
            continue
        for string in strings if isinstance(strings, tuple) else (strings,):
            original = message.id[-1] if isinstance(message.id, tuple) else message.id
            if not set(PLACE.findall(str(string))) <= set(PLACE.findall(str(original))):
                yield f"other placeholders in the English of {message.id!r}"
    for message in have:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"nothing uses the translation of {message.id!r}"


def write() -> None:
    """Bring the catalogue up to date: new texts come with an empty translation, unused ones go."""
    merged, have = all_texts(), known()
    for message in merged:
        found = have.get(message.id, message.context) if message.id else None
        if found is not None:
            message.string = found.string
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    merged.header_comment = "# English for Minhu; message ids are the Chinese texts."
    with CATALOGUE.open("wb") as out:
        write_po(out, merged, width=110, sort_output=True, omit_header=False, include_lineno=False)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.server.settings")
    if "--write" in sys.argv:
        write()
    sys.exit(report("translations", findings()))
