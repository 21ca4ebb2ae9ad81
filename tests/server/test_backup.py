"""A backup is worth what can be restored from it: commands as an operator runs them, on servers of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server.test_running_house import minhu

from homes import migrated
from minhu.engines.keyring import open_keyring


def receive_something(home: Path) -> None:
    """A few messages, so that there are sealed values, orders and ledger entries."""
    sheet = home / "messages.csv"
    sheet.write_text(
        "标题,内容,姓名,联系电话,受理时间\n路灯不亮,和平路三号院门口路灯坏了三天,李华,13800000000,2026-10-12 09:30\n井盖松动,学校门口井盖松动有响声,王芳,13900000000,2026-10-12 10:05\n"
    )
    done = minhu(home, "import", str(sheet))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def city(new_home: Callable[[], Path]) -> Path:
    """A home with what a morning brought."""
    home = migrated(new_home())
    receive_something(home)
    return home


@pytest.fixture(scope="module")
def backups(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one backup of the city, without the master key."""
    folder = tmp_path_factory.mktemp("backups")
    done = minhu(city, "backup", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def last_line(text: str) -> dict[str, object]:
    body: dict[str, object] = json.loads(text.strip().splitlines()[-1])
    return body


def give_master_key(city: Path, home: Path) -> None:
    (home / "keys").mkdir(parents=True, exist_ok=True)
    shutil.copy(city / "keys" / "master.key", home / "keys" / "master.key")


def test_the_restored_house_is_equal_and_its_ledger_whole(
    city: Path, backups: Path, new_home: Callable[[], Path]
) -> None:
    home = new_home()
    without_key = minhu(home, "restore", str(backups))
    assert without_key.returncode != 0
    assert "主密钥" in without_key.stderr
    give_master_key(city, home)
    done = minhu(home, "restore", str(backups))
    assert done.returncode == 0, done.stderr
    body = last_line(done.stdout)
    manifest = json.loads(next(backups.glob("*/manifest.json")).read_text())
    assert body["rows"] == sum(table["rows"] for table in manifest["tables"].values())
    assert manifest["tables"]["intake_request"]["rows"] > 0
    signing = (home / "keys" / "django.key").read_bytes()
    assert signing == (city / "keys" / "django.key").read_bytes()
    assert last_line(minhu(home, "ledger", "verify", "--quiet").stdout)["ok"] is True

    again = minhu(home, "restore", str(backups))
    assert again.returncode != 0
    assert "--replace" in again.stderr

    replaced = minhu(home, "restore", str(backups), "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert str(last_line(replaced.stdout)["kept_database"]).startswith("minhu_before_")


def test_the_master_key_stays_out_unless_asked_for(city: Path, backups: Path, tmp_path: Path) -> None:
    secret = (city / "keys" / "master.key").read_bytes().strip()
    assert all(secret not in path.read_bytes() for path in backups.rglob("*") if path.is_file())
    done = minhu(city, "backup", str(tmp_path), "--with-master-key")
    assert done.returncode == 0, done.stderr
    kept = next(tmp_path.glob("*/keys/master.key"))
    assert kept.read_bytes().strip() == secret
    assert kept.stat().st_mode & 0o077 == 0


def test_a_damaged_backup_restores_nothing(
    city: Path, backups: Path, tmp_path: Path, new_home: Callable[[], Path]
) -> None:
    broken = Path(shutil.copytree(next(backups.glob("minhu-*")), tmp_path / "minhu-broken"))
    content = bytearray((broken / "database.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (broken / "database.dump").write_bytes(content)
    home = new_home()
    give_master_key(city, home)
    done = minhu(home, "restore", str(broken))
    assert done.returncode != 0
    assert "database.dump" in done.stderr
    assert not (home / "db").exists()
    assert not (home / "keys" / "data.json").exists()


def test_another_citys_keys_are_never_written_over(city: Path, backups: Path, new_home: Callable[[], Path]) -> None:
    home = new_home()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINHU_HOME", str(home))
        open_keyring()
    before = (home / "keys" / "data.json").read_bytes()
    done = minhu(home, "restore", str(backups), "--replace")
    assert done.returncode != 0
    assert "另一套密钥" in done.stderr
    assert (home / "keys" / "data.json").read_bytes() == before


def test_upgrade_has_nothing_to_do_on_a_current_house(city: Path, tmp_path: Path) -> None:
    done = minhu(city, "upgrade", "--backup-to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert last_line(done.stdout) == {"applied": 0, "backup": None}
    assert not list(tmp_path.iterdir())
