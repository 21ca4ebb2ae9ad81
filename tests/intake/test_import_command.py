"""`minhu import` as an operator runs it: the real exports come in whole, Ctrl-C loses nothing, a second run changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homes import migrated
from intake.import_files import row, xlsx

SOURCE = Path(__file__).resolve().parents[2] / "src"
MESSAGES = Path(os.environ.get("MINHU_DATA", SOURCE.parents[1] / "shared" / "data")) / "messages"


class House:
    """A database of its own, with an empty directory: names mean nothing yet, and history still comes in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MINHU_")}
        self.environment = {**kept, "MINHU_HOME": str(home), "PYTHONPATH": str(SOURCE)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "minhu", *arguments], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert process.returncode == code, err
        return out if code == 0 else err

    def figures(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("import", *arguments).splitlines()[-1])
        return found


@pytest.fixture(scope="module")
def house(new_home: Callable[[], Path]) -> House:
    return House(migrated(new_home()))


def test_rejects_go_beside_the_input_and_leave_when_nothing_is_refused(house: House, tmp_path: Path) -> None:
    file = tmp_path / "一月.xlsx"
    file.write_bytes(xlsx([row(1), row(2, time="前天"), row(3)]))
    trial = house.figures(str(file), "--dry-run")
    assert (trial["stored"], trial["rejected"], trial["dry_run"]) == (2, 1, True)
    figures = house.figures(str(file))
    assert {key: figures[key] for key in ("rows", "stored", "unchanged", "rejected", "understood")} == {
        "rows": 3, "stored": 2, "unchanged": 0, "rejected": 1, "understood": 2
    }  # fmt: skip
    rejects = Path(figures["rejects_file"])
    assert rejects.parent == tmp_path
    assert rejects.read_text(encoding="utf-8-sig").splitlines()[1].startswith("3,")
    file.write_bytes(xlsx([row(1), row(3)]))
    assert house.figures(str(file))["unchanged"] == 2
    assert not rejects.exists()


def test_a_wrong_file_is_one_line_and_code_2(house: House, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"")
    assert house.run("import", str(file), code=2).startswith("minhu: 文件“a.xlsx”是空的")


def test_ctrl_c_ends_after_a_whole_batch_and_the_same_command_goes_on(house: House, tmp_path: Path) -> None:
    file = tmp_path / "大.csv"
    lines = ["编号,标题,内容,时间"] + [
        f"C{n},停水{n},第{n}户家里停水三天了没有人管请尽快处理,2019/1/8 10:00" for n in range(1_500)
    ]
    file.write_text("\n".join(lines), encoding="gb18030")
    process = house.start("import", str(file), "--no-understand")
    assert process.stderr is not None
    for line in process.stderr:  # from here on the command listens for Ctrl-C
        if "编号 → 编号" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    first = json.loads(out.splitlines()[-1])
    assert first["stopped"]
    assert 0 < first["stored"] < 1_500
    assert first["stored"] % 500 == 0
    second = house.figures(str(file), "--no-understand")
    assert (second["stored"], second["unchanged"], second["rejected"]) == (1_500 - first["stored"], first["stored"], 0)


@pytest.mark.slow
@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the public message exports are not mounted here (MINHU_DATA)")
@pytest.mark.skipif(os.environ.get("MINHU_FAULTS") != "bench", reason="played by make bench: MINHU_FAULTS=bench")
@pytest.mark.parametrize(("name", "rows"), [("stream", 4326), ("answered", 2816)])
def test_real_exports_come_in_completely(house: House, tmp_path: Path, name: str, rows: int) -> None:
    file, rejects = str(MESSAGES / f"{name}.xlsx"), str(tmp_path / "rejects.csv")
    figures = house.figures(file, "--rejects", rejects, "--no-understand")
    assert (figures["rows"], figures["stored"], figures["rejected"]) == (rows, rows, 0)
    again = house.figures(file, "--rejects", rejects, "--no-understand")
    assert (again["stored"], again["unchanged"]) == (0, rows)
