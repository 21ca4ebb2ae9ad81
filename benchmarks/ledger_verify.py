"""How fast the ledger is: builds a million entries, then measures writing, integrating and verifying.

    python benchmarks/ledger_verify.py [--entries 1000000]

Works in a database of its own, in a MINHU_HOME of its own, and removes both. Prints a table and one JSON
line: `append_ms` (one entry through the real service, in one transaction), `append_cpu_ms` (its Python
part), `integrate_per_second`, `verify_seconds`, `verify_cpu_seconds` (its Python part, for a machine that others load
too), `grow_seconds` (roots of subtrees for proofs, once), and the 95th
percentiles of a proof, a consistency proof and a page of a ledger.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

APPENDS = 5_000


def main() -> None:
    """Build, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args().entries
    with tempfile.TemporaryDirectory(prefix="minhu-bench-") as home:
        os.environ["MINHU_HOME"] = home
        os.environ.pop("MINHU_DATABASE_URL", None)
        from minhu.engines import database
        from minhu.server.bootstrap import setup

        setup(owner=True)
        try:
            measured = measure(entries)
        finally:
            from django.db import connections

            connections.close_all()
            database.server_of(Path(home)).stop()
    for name, value in measured.items():
        print(f"{name:24} {value:>14,}")
    print(json.dumps(measured))


def measure(entries: int) -> dict[str, float]:
    """Return the figures; the tables are those of the real migrations."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from minhu.engines import database
    from minhu.ledger import services

    database.prepare()
    call_command("migrate", "ledger", interactive=False, verbosity=0, skip_checks=True)
    connection.ensure_connection()
    database.grant_to_app(connection.connection)
    payload = {"state": "dispatched", "unit": 12, "basis": "catalogue", "confidence": 0.87, "reason": "按派单目录派发"}
    with transaction.atomic():
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(APPENDS):
            services.append("order.dispatched", ("order", f"2603010{number:05d}"), payload)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for start in range(APPENDS, entries, 10_000):
        with transaction.atomic():
            numbers = range(start, min(start + 10_000, entries))
            services.append_many([("order.dispatched", ("order", f"2603010{n:05d}"), payload) for n in numbers])
    begun = time.perf_counter()
    integrated = services.sequencer_tick()
    integrating = time.perf_counter() - begun
    grown, grown_cpu = time.perf_counter(), time.process_time()
    while services.grow():
        pass
    grown, grown_cpu = time.perf_counter() - grown, time.process_time() - grown_cpu
    verified_cpu = time.process_time()
    result = services.verify(across=False)  # the other rooms' tables are not here
    verified_cpu = time.process_time() - verified_cpu
    if not result.ok or result.size != entries:
        raise SystemExit(f"the ledger is not whole: {result}")
    return {
        "entries": result.size,
        "append_ms": round(wall / APPENDS * 1000, 3),
        "append_cpu_ms": round(cpu / APPENDS * 1000, 3),
        "integrate_per_second": round(integrated / integrating),
        "verify_seconds": result.seconds,
        "verify_cpu_seconds": round(verified_cpu, 2),
        "grow_seconds": round(grown, 2),
        "grow_cpu_seconds": round(grown_cpu, 2),
        **proofs(entries),
        "verify_us_per_entry": round(result.seconds / result.size * 1e6, 2),
    }


def proofs(entries: int) -> dict[str, float]:
    """Time a hundred proofs of entries here and there, consistency proofs, and pages of the five ledgers."""
    from django.db import connection, transaction

    from minhu.ledger import queries, services
    from minhu.ledger.types import EntryFilter

    places = [entries * n // 100 for n in range(100)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM ledger_entry WHERE position = ANY(%s)", [places])
        uids = [str(uid) for (uid,) in cursor.fetchall()]
    timings: dict[str, list[float]] = {"prove": [], "prove_growth": [], "page": []}
    for at, uid in zip(places, uids, strict=True):
        begun = time.perf_counter()
        services.prove(uid)
        timings["prove"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        services.prove_growth(at)
        timings["prove_growth"].append(time.perf_counter() - begun)
        with transaction.atomic():
            begun = time.perf_counter()
            queries.page_of(EntryFilter(kinds=("order.dispatched", "order.close")), 50, at)
            timings["page"].append(time.perf_counter() - begun)
    return {f"{name}_p95_ms": round(sorted(values)[94] * 1000, 2) for name, values in timings.items()}


if __name__ == "__main__":
    main()
