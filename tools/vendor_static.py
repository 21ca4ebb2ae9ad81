"""Copy the browser libraries that pages need from node_modules to build/static/vendor.

Build step of `make setup`: `npm ci` first, then `python tools/vendor_static.py`. The output is
git-ignored, holds only what pages load, and is the same bytes on every machine: files are copied
unchanged (minus their source-map line) and the icon sprite is written in alphabetical order.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIES: dict[str, str] = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "echarts/dist/echarts.esm.min.mjs": "echarts.js",
    "sortablejs/Sortable.min.js": "sortable.js",
}
LICENCES: dict[str, str] = {
    "@tabler/icons/LICENSE": "tabler-icons.txt",
    "htmx.org/LICENSE": "htmx.txt",
    "echarts/LICENSE": "echarts.txt",
    "echarts/NOTICE": "echarts-notice.txt",
    "sortablejs/LICENSE": "sortable.txt",
}
_SOURCE_MAP = re.compile(rb"\n?(?://#|/\*#) sourceMappingURL=[^\n]*\n?")
_SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")


def icon_names(source: Path) -> list[str]:
    """The allow-list in `source`, loaded by path so that the build needs no installed package."""
    spec = importlib.util.spec_from_file_location("minhu_icons", source)
    if spec is None or spec.loader is None:
        raise SystemExit(f"cannot read the icon list {source}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return sorted(module.ICONS)


def symbol(name: str, modules: Path) -> str:
    """One `<symbol>` from Tabler's file of that name; `star-filled` style names come from `filled`."""
    folder, stem = ("filled", name.removesuffix("-filled")) if name.endswith("-filled") else ("outline", name)
    file = modules / "@tabler/icons/icons" / folder / f"{stem}.svg"
    if not file.is_file():
        raise SystemExit(f"icon {name!r} is in icons.py but not in @tabler/icons")
    shapes = [s for s in _SHAPES.findall(file.read_text(encoding="utf-8")) if 'd="M0 0h24v24H0z"' not in s]
    paint = ' fill="currentColor" stroke="none"' if folder == "filled" else ""
    return f'<symbol id="{name}" viewBox="0 0 24 24"{paint}>{"".join(shapes)}</symbol>'


def build(modules: Path, target: Path) -> list[Path]:
    """Write everything to `target` (emptied first) and return the files. Exits if a source is missing."""
    if not modules.is_dir():
        raise SystemExit("node_modules is missing: run `npm ci` first (make setup does)")
    shutil.rmtree(target, ignore_errors=True)
    (target / "licences").mkdir(parents=True)
    written: list[Path] = []
    for source, name in {**COPIES, **{k: f"licences/{v}" for k, v in LICENCES.items()}}.items():
        content = (modules / source).read_bytes()
        (target / name).write_bytes(_SOURCE_MAP.sub(b"\n", content))
        written.append(target / name)
    names = icon_names(ROOT / "src/minhu/portals/icons.py")
    body = "\n".join(symbol(name, modules) for name in names)
    sprite = target / "icons.svg"
    sprite.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n', encoding="utf-8")
    return [*written, sprite]


def main(arguments: list[str] | None = None) -> int:
    """Command line; prints what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules")
    parser.add_argument("--target", type=Path, default=ROOT / "build/static/vendor")
    options = parser.parse_args(arguments)
    files = build(options.modules, options.target)
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} files, {size / 1024:.0f} KiB -> {options.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
