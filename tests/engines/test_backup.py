"""The pieces of a backup: files linked from the one before, manifests that lie, old ones pruned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minhu.engines.backup import making, restoring
from minhu.engines.backup.digests import TableDigest, differences
from minhu.engines.backup.manifest import Manifest
from minhu.engines.files import save
from minhu.kernel.errors import Invalid

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


@pytest.fixture
def folder(home: Path, tmp_path: Path, django_db_setup: None) -> Path:
    """A folder with one backup of a home that holds one attachment."""
    save(PNG)
    made, manifest = making.make(tmp_path / "backups")
    assert any(name.startswith("files/") for name in manifest.pieces)
    return made


def test_an_unchanged_attachment_takes_no_second_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attachment = next(path for path in (folder / "files").rglob("*") if path.is_file())
    later = folder.with_name("minhu-20990101-000000")
    earlier = making.latest(folder.parent)
    assert earlier == folder
    later.mkdir()
    making._copy_tree(making.home_folder() / "files", later / "files", earlier / "files")
    assert (later / attachment.relative_to(folder)).samefile(attachment)


def test_the_digests_see_one_changed_row(folder: Path) -> None:
    tables = Manifest.read(folder).tables
    name = max(tables, key=lambda table: tables[table].rows)
    changed = tables | {name: TableDigest(tables[name].rows, "0:0")}
    assert differences(tables, tables) == []
    assert differences(tables, changed) == [f"{name}：{tables[name].rows} 行，内容不一致"]
    assert "缺少" in differences(tables, {key: value for key, value in tables.items() if key != name})[0]


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "files/../../outside"])
def test_a_manifest_cannot_point_outside_its_folder(folder: Path, name: str) -> None:
    body = json.loads((folder / "manifest.json").read_text())
    body["pieces"][name] = {"size": 1, "sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(body))
    with pytest.raises(Invalid, match="不合法"):
        restoring.check(folder)


def test_a_missing_piece_is_named(folder: Path) -> None:
    gone = next(path for path in (folder / "files").rglob("*") if path.is_file())
    gone.unlink()
    with pytest.raises(Invalid, match=gone.name):
        restoring.check(folder)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 99}', "null", '{"format": 1, "tables": 3}'])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(Invalid):
        restoring.check(tmp_path)


def test_pruning_keeps_the_newest_and_never_all(tmp_path: Path) -> None:
    for day in range(1, 5):
        place = tmp_path / f"minhu-2026010{day}-000000"
        place.mkdir()
        (place / "manifest.json").write_text("{}")
    (tmp_path / "minhu-20260109-000000.partial").mkdir()
    gone = making.prune(tmp_path, 0)
    assert [path.name for path in gone] == [f"minhu-2026010{day}-000000" for day in range(1, 4)]
    assert making.latest(tmp_path) == tmp_path / "minhu-20260104-000000"


def test_a_failed_backup_leaves_nothing_that_looks_like_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_setup: None
) -> None:
    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "_sync", full)
    with pytest.raises(Exception, match="磁盘空间"):
        making.make(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
