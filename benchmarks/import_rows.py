"""How fast a city's export comes in: a synthesised workbook of 50,000 rows through `minhu import`.

    .venv/bin/python benchmarks/import_rows.py [--rows 50000] [--understand 5000] [FILE.xlsx …]

Files named on the command line are imported as well, whole and with understanding, and once more (nothing may change).

Uses a database of its own in a temporary MINHU_HOME with the demo city. Prints JSON: rows stored and understood a
second by the wall clock, and the processor seconds each took, which tell more on a machine that does other things too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook

HEADER = (
    "工单编号",
    "来电人",
    "联系电话",
    "标题",
    "诉求内容",
    "受理时间",
    "事发地址",
    "一级分类",
    "承办单位",
    "办理结果",
    "办结时间",
    "满意度",
)
WHAT = (
    "停水三天没有恢复",
    "工地夜里施工到两点",
    "路灯坏了一整排",
    "小区电梯反复困人",
    "垃圾堆了一周没人清运",
    "公交车总是不进站",
)
ASK = (
    "家里有老人和孩子，请尽快处理。",
    "已经打过几次电话，一直没有人来。",
    "希望有关部门给一个明确的答复时间。",
    "附近几栋楼的住户都受影响。",
)


def workbook(path: Path, rows: int) -> None:
    """Rows of about 200 characters; two of three are answered."""
    chance = random.Random(12345)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    sheet.append(HEADER)
    for number in range(rows):
        what, place = chance.choice(WHAT), f"柳湾街道{chance.randrange(400)}号{chance.randrange(60)}栋"
        body = f"\n\t\t{place}{what}，" + "".join(chance.choice(ASK) for _ in range(10)) + "\n\t\t\n"
        day, answered = number % 28 + 1, number % 3
        sheet.append(
            (
                f"GD{number:08d}", f"来电人{number % 997}", f"138{chance.randrange(10**8):08d}", f"{place}{what}", body,
                f"2025/{number % 12 + 1}/{day} {number % 24}:{number % 60:02d}:00", place, "城市管理", "云溪市城市管理局",
                f"已核实并处理：{what}的问题已安排整改。" if answered else "",
                f"2026/{number % 2 + 1}/{day} 9:00:00" if answered else "", "满意" if answered else "",
            )
        )  # fmt: skip
    book.save(path)


def minhu(home: Path, *arguments: str) -> str:
    """Run the command; its standard output."""
    command = [sys.executable, "-m", "minhu", *arguments]
    environment = {**os.environ, "MINHU_HOME": str(home), "MINHU_DEMO": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def timed(home: Path, *arguments: str) -> dict[str, object]:
    """The command's last line, with the processor seconds of its processes (the database's are not in them)."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    figures: dict[str, object] = json.loads(minhu(home, *arguments).splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures["processor_seconds"] = round(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, 1)
    figures["whole_command_seconds"] = round(time.perf_counter() - began, 1)
    return figures


def main() -> None:
    """Store all rows, run again, then understand a smaller file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--understand", type=int, default=5_000)
    parser.add_argument("files", nargs="*", type=Path, help="exports of a real system")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="minhu-bench-"))
    try:
        minhu(home, "migrate", "--quiet")
        minhu(home, "simulate", "--days", "0.1", "--rate", "0.1", "--workers", "1")  # the city, hardly an order
        large, small = home / "large.xlsx", home / "small.xlsx"
        workbook(large, options.rows)
        workbook(small, options.understand)
        result: dict[str, object] = {
            "load_before": os.getloadavg()[0],
            "store": timed(home, "import", str(large), "--no-understand"),
            "again": timed(home, "import", str(large), "--no-understand"),
            "understand": timed(home, "import", str(small), "--source", "second"),
        }
        for number, file in enumerate(options.files):
            rejects = ("--rejects", str(home / f"{number}.rejects.csv"))
            result[file.name] = timed(home, "import", str(file), *rejects)
            result[f"{file.name}, again"] = timed(home, "import", str(file), *rejects)
        print(json.dumps(result, ensure_ascii=False, indent=1))
    finally:
        minhu(home, "stop")
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
