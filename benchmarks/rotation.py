"""Rotation of a million sealed fields: how fast, does a kill lose anything, does anybody wait?

Works in a MINHU_HOME of its own and removes it. Fills requests by COPY, starts a new data key, lets a child process seal
everything anew, kills it in the middle, and lets a second one finish; meanwhile this process reads and changes rows.

    .venv/bin/python benchmarks/rotation.py [--fields 1000000] [--background]

`--background` plays the server's loop (as long a rest as work) instead of the command. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

COLUMNS = ("place_text", "requester_name", "requester_phone", "requester_phone2", "requester_id_number",
           "requester_address")  # fmt: skip
CHILD = """
from minhu.server.bootstrap import setup
setup()
from minhu.directory.services import rotation
import time
while rotation.is_under_way():
    if not rotation.{work}():
        time.sleep(0.2)
"""


def fill(rows: int) -> float:
    """Requests with six sealed values each, under the first data key; returns the seconds it took."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from minhu.engines.database import conninfo
    from minhu.engines.secrets import seal

    began, moment = time.perf_counter(), datetime.now(UTC) - timedelta(days=300)
    rng = Random(2026)
    with psycopg.connect(make_conninfo(**conninfo())) as owner:
        owner.execute("SET session_replication_role = replica")
        copy = owner.cursor().copy(
            f"COPY intake_request (id, uid, number, code_digest, channel, received_at, title, text, request_type,"
            f" {', '.join(COLUMNS)}, requester_kind, special_group, confidential, wants_callback, language, call_id,"
            f" content_digest, source, unit_ids) FROM STDIN"
        )
        with copy as stream:
            for at in range(1, rows + 1):
                uid = uuid.UUID(int=rng.getrandbits(128), version=4)
                said = (f"春晖路{at % 900}号", "欧阳明", f"138{at:08d}", "", "", f"云溪市滨江区柳湾街道{at % 99}号")
                sealed = [
                    seal(one, f"intake_request.{name}", str(uid)) for one, name in zip(said, COLUMNS, strict=True)
                ]
                stream.write_row((
                    at, uid, f"B{at}", "", "phone", moment, "路灯不亮", "小区门口的路灯不亮已经三天了，" * 8, "complaint",
                    *sealed, "person", "", False, True, "zh", "", "0" * 64, "{}", [at % 40],
                ))  # fmt: skip
    with psycopg.connect(make_conninfo(**conninfo()), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE intake_request")
    return time.perf_counter() - began


def others_work(child: subprocess.Popen[bytes], rows: int, until: int, waits: dict[str, list[float]]) -> None:
    """Read and change single rows until so many fields are sealed anew, and note how long each took, in milliseconds."""
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.models import RotationPart
    from minhu.intake.models import Request

    rng = Random(7)
    while child.poll() is None and RotationPart.objects.get(name="intake_request").resealed < until:
        for kind in ("read", "write"):
            began = time.perf_counter()
            with transaction.atomic(), as_system():
                if kind == "read":
                    assert Request.objects.get(pk=rng.randint(1, rows)).requester_name == "欧阳明"
                else:
                    Request.objects.filter(pk=rng.randint(1, rows)).update(unit_ids=[rng.randint(1, 40)])
            waits[kind].append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)


def measure(rows: int, background: bool) -> dict[str, Any]:
    """Rotate, kill, go on, and check."""
    from minhu.directory.services import key_status, rotation

    waits: dict[str, list[float]] = {"read": [], "write": []}
    program = [sys.executable, "-c", CHILD.format(work="reseal_tick" if background else "reseal_some")]
    version, began = rotation.start(), time.perf_counter()
    child = subprocess.Popen(program)
    others_work(child, rows, rows * 2, waits)
    child.send_signal(signal.SIGKILL)
    child.wait()
    spent = time.perf_counter() - began
    at_kill = key_status.keys_view()
    began = time.perf_counter()
    child = subprocess.Popen(program)
    others_work(child, rows, 2**60, waits)
    child.wait()
    spent += time.perf_counter() - began
    view = key_status.keys_view()
    part = next(one for one in view.parts if one.name == "intake_request")
    assert view.left == 0, view
    assert view.used == {version: rows * len(COLUMNS)}, view
    rotation.retire(1)
    return {
        "fields": part.resealed, "seconds": round(spent, 1), "fields_per_second": round(part.resealed / spent),
        "per_second_of_work": part.per_second, "resealed_at_kill": next(one.resealed for one in at_kill.parts if one.name == "intake_request"),
        **{f"{kind}_ms_{name}": round(value, 1) for kind, got in waits.items() for name, value in (
            ("median", statistics.median(got)), ("p95", statistics.quantiles(got, n=20)[-1]), ("max", max(got)))},
    }  # fmt: skip


def main() -> None:
    """Make a house, fill it, rotate, print, remove it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=int, default=1_000_000)
    parser.add_argument("--background", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="minhu-rotation-"))
    os.environ.update(MINHU_HOME=str(home), MINHU_WORKER="none", MINHU_LOG_LEVEL="WARNING")
    os.environ.pop("MINHU_DATABASE_URL", None)
    try:
        subprocess.run([sys.executable, "-m", "minhu", "migrate", "--quiet"], check=True)
        from minhu.server.bootstrap import setup

        setup()
        rows = options.fields // len(COLUMNS) + 1
        filled = fill(rows)
        print(json.dumps({"fill_seconds": round(filled, 1), **measure(rows, options.background)}))
    finally:
        from minhu.engines.database import server_of

        server_of(home).stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
