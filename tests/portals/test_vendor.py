"""Browser libraries come from the lock file, the same bytes each time, and every icon of the pages is there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from minhu.portals.icons import ICONS

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_static", ROOT / "tools" / "vendor_static.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not MODULES.is_dir(), reason="npm ci has not run here")
def test_two_builds_are_the_same_bytes_and_hold_every_icon(tool: ModuleType, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in tool.build(MODULES, tmp_path / "one")}
    second = {path.name: path.read_bytes() for path in tool.build(MODULES, tmp_path / "two")}
    assert first == second
    symbols = ElementTree.fromstring(first["icons.svg"]).findall("{http://www.w3.org/2000/svg}symbol")
    assert {symbol.get("id") for symbol in symbols} == ICONS
    assert all(len(symbol) for symbol in symbols), "an icon without a shape is a hole on a page"
    assert not [name for name, content in first.items() if b"sourceMappingURL" in content]


def test_a_missing_download_is_said_in_one_sentence(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="npm ci"):
        tool.build(tmp_path / "nothing", tmp_path / "out")


def test_lock_file_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "registry" not in lock
