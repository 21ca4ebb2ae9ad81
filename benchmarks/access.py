"""What it costs to look before giving: policy, row security, rules and catalogue.

    python benchmarks/access.py [--orders 20000]

Works in a MINHU_HOME of its own and removes it. Prints a table and one JSON line: `scope_ms` (what row
security adds to a transaction), `elevate_ms` (a service lifts and restores it), `decide_us`, `rules_us`,
`resolve_us`, and the first page of a unit's newest orders with a filter only (`list_plain_ms`) and under
row security (`list_secured_ms`); `list_wide_ms` is what those who see everything pay.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

UNITS = 200
PAGE = 50


def main() -> None:
    """Build, measure, print, clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    orders = parser.parse_args().orders
    with tempfile.TemporaryDirectory(prefix="minhu-bench-") as home:
        os.environ["MINHU_HOME"] = home
        os.environ.pop("MINHU_DATABASE_URL", None)
        from minhu.engines import database

        prepare()
        try:
            measured = measure(orders)
        finally:
            from django.db import connections

            connections.close_all()
            database.server_of(Path(home)).stop()
    for name, value in measured.items():
        print(f"{name:18} {value:>12,}")
    print(json.dumps(measured))


def prepare() -> None:
    """Migrate in a process of its own (as the owner), then work as the application does."""
    import subprocess
    import sys

    subprocess.run([sys.executable, "-m", "minhu", "migrate", "--quiet"], check=True)
    from minhu.server.bootstrap import setup

    setup()


def fill(orders: int) -> list[int]:
    """The demonstration city's directory, and orders spread over its units; returns unit ids."""
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.models import Unit
    from minhu.handling.models import Order
    from minhu.intake.models import Request
    from minhu.kernel.clock import now
    from minhu.server.demo.load import load_base

    load_base()
    units = list(Unit.objects.order_by("id").values_list("id", flat=True)[:UNITS])
    with transaction.atomic(), as_system():
        requests = Request.objects.bulk_create(
            (
                Request(
                    number=f"B{n}",
                    channel="web",
                    received_at=now(),
                    text="路灯不亮",
                    content_digest="0" * 64,
                    unit_ids=[units[n % UNITS]],
                )
                for n in range(orders)
            ),
            batch_size=2000,
        )
        Order.objects.bulk_create(
            (
                Order(
                    number=request.number,
                    request=request,
                    created_at=now(),
                    changed_at=now(),
                    title="路灯",
                    channel="web",
                    unit_ids=request.unit_ids,
                )
                for request in requests
            ),
            batch_size=2000,
        )
    return units


def timed(work: Callable[[], object], times: int) -> float:
    """Median milliseconds of one run."""
    work()
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return round(median(seconds) * 1000, 4)


def measure(orders: int) -> dict[str, float]:
    """Return the figures."""
    from django.db import connection, transaction

    from minhu.directory.access import acting_as, apply_scope, as_system, elevated, visible_to
    from minhu.directory.policy import Action, Facts, decide, scope_of
    from minhu.directory.queries import categories, dispatch, rules
    from minhu.handling.models import Order
    from minhu.kernel.actors import SYSTEM, Actor

    units = fill(orders)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    handler = Actor(kind="staff", id="x", roles=frozenset({"unit_handler"}), unit_ids=(units[3],))
    facts = Facts(1, frozenset({units[3]}))

    def plain() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def scoped() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            apply_scope(scope_of(handler))
            cursor.execute("SELECT 1")

    def lifted() -> None:
        with transaction.atomic(), connection.cursor() as cursor, elevated("measuring what it costs"):
            cursor.execute("SELECT 1")

    def page(actor: Actor, as_whom: Actor) -> None:
        with transaction.atomic(), acting_as(as_whom):
            list(visible_to(Order.objects.order_by("-id"), actor)[:PAGE])

    leaf = categories.current().leaves[0].id
    empty = timed(plain, 500)
    with transaction.atomic(), as_system():
        counted = Order.objects.count()
    return {
        "orders": counted,
        "transaction_ms": empty,
        "scope_ms": round(timed(scoped, 500) - empty, 4),
        "elevate_ms": round(timed(lifted, 500) - empty, 4),
        "decide_us": round(timed(lambda: [decide(handler, Action.SIGN, facts) for _ in range(1000)], 20), 3),
        "rules_us": round(timed(lambda: [rules.deadline_rules() for _ in range(1000)], 20), 3),
        "resolve_us": round(
            timed(lambda: [dispatch.resolve(leaf, "990102001001", "complaint") for _ in range(1000)], 5), 3
        ),
        "list_plain_ms": timed(lambda: page(handler, SYSTEM), 100),
        "list_secured_ms": timed(lambda: page(handler, handler), 100),
        "list_wide_ms": timed(lambda: page(SYSTEM, SYSTEM), 100),
    }


if __name__ == "__main__":
    main()
