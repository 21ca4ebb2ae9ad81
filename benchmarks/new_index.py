"""A new key of the telephone index over many rows: how fast, and is every caller found meanwhile?

Works in a MINHU_HOME of its own and removes it. Fills requests by COPY, starts a new index key, lets a child process
bring them under it while this one looks callers up, kills the child in the middle, lets a second one finish, retires
the old key.

    .venv/bin/python benchmarks/new_index.py [--rows 100000]

Prints one JSON line.
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

CHILD = """
from minhu.server.bootstrap import setup
setup()
from minhu.directory.services import rotation
import time
while rotation.is_under_way():
    if not rotation.reseal_some():
        time.sleep(0.2)
"""
PART = "intake_request.phone_index"


def fill(rows: int) -> None:
    """Requests with a sealed telephone number and its index, each number twice."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from minhu.engines import lookup
    from minhu.engines.database import conninfo
    from minhu.engines.secrets import seal

    rng, moment = Random(2026), datetime.now(UTC) - timedelta(days=30)
    with psycopg.connect(make_conninfo(**conninfo())) as owner:
        owner.execute("SET session_replication_role = replica")
        copy = owner.cursor().copy(
            "COPY intake_request (id, uid, number, code_digest, channel, received_at, title, text, request_type,"
            " place_text, requester_name, requester_phone, requester_phone2, requester_id_number, requester_address,"
            " phone_index, requester_kind, special_group, confidential, wants_callback, language, call_id,"
            " content_digest, source, unit_ids) FROM STDIN"
        )
        with copy as stream:
            for at in range(1, rows + 1):
                uid, phone = uuid.UUID(int=rng.getrandbits(128), version=4), f"138{at // 2:08d}"
                empty = [seal("", f"intake_request.{name}", str(uid)) for name in ("place_text", "requester_name")]
                rest = [
                    seal("", f"intake_request.requester_{name}", str(uid))
                    for name in ("phone2", "id_number", "address")
                ]
                stream.write_row((
                    at, uid, f"B{at}", "", "phone", moment, "路灯不亮", "小区门口的路灯不亮已经三天了。", "complaint", *empty,
                    seal(phone, "intake_request.requester_phone", str(uid)), *rest, lookup.index(phone, "phone"),
                    "person", "", False, True, "zh", "", "0" * 64, "{}", [at % 40],
                ))  # fmt: skip
    with psycopg.connect(make_conninfo(**conninfo()), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE intake_request")


def look_up(child: subprocess.Popen[bytes], rows: int, until: int) -> list[float]:
    """Look callers up until so many rows are moved; each must be found twice. Milliseconds of each look-up."""
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.models import RotationPart
    from minhu.engines import lookup
    from minhu.intake.models import Request

    rng, spent = Random(7), []
    while child.poll() is None and RotationPart.objects.get(name=PART).resealed < until:
        phone = f"138{rng.randint(1, rows // 2 - 1):08d}"
        began = time.perf_counter()
        with transaction.atomic(), as_system():
            found = Request.objects.filter(phone_index__in=lookup.indexes(phone, "phone")).count()
        spent.append((time.perf_counter() - began) * 1000)
        assert found == 2, (phone, found)
        time.sleep(0.02)
    return spent


def measure(rows: int) -> dict[str, Any]:
    """Rotate, kill, go on, check, retire."""
    from minhu.directory.models import RotationPart
    from minhu.directory.services import key_status, rotation
    from minhu.engines import lookup

    program = [sys.executable, "-c", CHILD]
    rotation.start_index()
    child = subprocess.Popen(program)
    spent = look_up(child, rows, rows // 3)
    child.send_signal(signal.SIGKILL)
    child.wait()
    at_kill = RotationPart.objects.get(name=PART).resealed
    child = subprocess.Popen(program)
    spent += look_up(child, rows, 2**60)
    child.wait()
    view = key_status.keys_view()
    assert view.index_used == {2: rows}, view
    rotation.retire_index(1)
    assert lookup.versions() == (2, (2,))
    part = RotationPart.objects.get(name=PART)
    return {
        "rows": rows, "moved": part.resealed, "moved_at_kill": at_kill, "seconds_of_work": round(part.seconds, 1),
        "rows_per_second": round(part.resealed / part.seconds), "lookups": len(spent), "not_found": 0,
        "lookup_ms_median": round(statistics.median(spent), 2),
        "lookup_ms_p95": round(statistics.quantiles(spent, n=20)[-1], 2),
    }  # fmt: skip


def main() -> None:
    """Make a house, fill it, rotate, print, remove it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="minhu-index-"))
    os.environ.update(MINHU_HOME=str(home), MINHU_WORKER="none", MINHU_LOG_LEVEL="WARNING")
    os.environ.pop("MINHU_DATABASE_URL", None)
    try:
        subprocess.run([sys.executable, "-m", "minhu", "migrate", "--quiet"], check=True)
        from minhu.server.bootstrap import setup

        setup()
        fill(options.rows)
        print(json.dumps(measure(options.rows)))
    finally:
        from minhu.engines.database import server_of

        server_of(home).stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
