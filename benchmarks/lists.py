"""Lists, searches and boards at 10⁴ and at 10⁶ orders: does a page cost more when more orders are held?

Works in a MINHU_HOME of its own and removes it. Loads the fictional city, fills the tables by SQL (97 % of the orders
ended, spread over two years), and asks for each page as a signed-in person of the fitting role, in this process, with
the application's database role and row security as in production. Pages take turns, so that a busy machine slows all
of them alike; the medians of both sizes are compared.

    .venv/bin/python benchmarks/lists.py [--sizes 10000 1000000] [--rounds 20] [--home FOLDER] [--explain]

Prints a table and one JSON line. `--home` keeps the database and reuses it when it holds the last size.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from parts.million_orders import (
    CLOCKS,
    EVERY_TABLE,
    LISTS,
    ORDERS,
    OUR_INDEXES,
    PARTS,
    PLAN,
    REQUESTS,
    REST,
    SEED,
    SHARES,
    STEPS,
    WITHOUT_ID,
    WRONG_DESKS,
)
from parts.own_home import a_home

MOST_RATIO, MOST_P95 = 2.0, 200.0
DAYS = 730
POOL = 400
RARE = "青铜望兽"


def pool_rows() -> Iterator[tuple[Any, ...]]:
    """Messages of the fictional city with their marks; a few hold a word found nowhere else."""
    from minhu.handling.domain.wordmarks import pair_marks
    from minhu.intake.domain.samekeys import keys_of
    from minhu.language.likeness import fingerprint
    from minhu.server.demo.texts import compose

    rng = Random(2026)
    for at in range(POOL):
        message = compose(rng, 1 + at % 12)
        marks = fingerprint(message.text)
        words = pair_marks(f"{message.title[:200]} {message.place_text[:100]} {message.text[:400]}")
        names = list(keys_of(message.title, message.text, message.place_text, ""))
        yield at, message.title[:200], message.text, message.place_text, words, list(marks.bands), names, marks.simhash


def number_rows(total: int) -> Iterator[tuple[Any, ...]]:
    """Ids, numbers and moments of arrival, oldest first, the last one an hour ago."""
    from minhu.kernel.numbers import make_number

    end = datetime.now(UTC) - timedelta(hours=1)
    for at in range(1, total + 1):
        moment = end - timedelta(days=DAYS) * ((total - at) / total)
        yield at, make_number(moment.date(), at % 1_000_000), moment


def fill(total: int, unit_id: int) -> float:
    """Replace all orders by `total` made ones, as the owner of the tables; returns the seconds it took."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from minhu.engines.database import conninfo
    from minhu.engines.secrets import seal

    names = ("name", "phone", "phone2", "id_number", "address")
    sealed: dict[str, Any] = {name: seal("张某", f"intake_request.requester_{name}") for name in names}
    sealed["sealed"] = seal("柳湾街道", "intake_request.place_text")
    started = time.perf_counter()
    with psycopg.connect(make_conninfo(**conninfo()), autocommit=True) as owner:
        owner.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '384MB'; SET work_mem = '64MB'"
        )
        owner.execute("SET synchronous_commit = off")
        owner.execute(f"TRUNCATE {', '.join(EVERY_TABLE)} CASCADE")
        owner.execute("CREATE TEMP TABLE pool (id bigint, title text, text text, place text, marks int[], bands bigint[], names bigint[],"
                      " simhash bigint)")  # fmt: skip
        owner.execute("CREATE TEMP TABLE numbers (id bigint, number text, at timestamptz)")
        for table, rows in (("pool", pool_rows()), ("numbers", number_rows(total))):
            with owner.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        owner.execute("ANALYZE pool; ANALYZE numbers")
        dropped: list[str] = []
        for table in EVERY_TABLE:
            for name, definition in owner.execute(OUR_INDEXES, [table]).fetchall():
                owner.execute(f'DROP INDEX "{name}"')
                dropped.append(definition)
        values: dict[str, object] = {**LISTS, **PARTS, "pool": POOL, "total": total, "unit": unit_id}
        values["units"] = PARTS["units"].format()
        for statement in (SEED, PLAN, REQUESTS, ORDERS, SHARES, CLOCKS, STEPS, *REST):
            owner.execute(statement.format(**values), sealed)
        rare = f"UPDATE handling_order SET title = '{RARE}' || title WHERE id %% ({total} / 5) = 3"
        owner.execute(rare.replace("%%", "%"))
        from minhu.handling.domain.wordmarks import pair_marks

        owner.execute("UPDATE handling_words SET marks = marks || %s::int[] WHERE order_id %% %s = 3",
                      [pair_marks(RARE), total // 5])  # fmt: skip
        for definition in dropped:
            owner.execute(definition)
        for table in EVERY_TABLE:
            if table not in WITHOUT_ID:
                owner.execute(f"SELECT setval(s, {3 * total}) FROM pg_get_serial_sequence('{table}', 'id') s")
        wrong = owner.execute(WRONG_DESKS).fetchone()
        assert wrong == (0,), wrong
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
    return time.perf_counter() - started


Ask = Callable[[], object]


def questions(total: int) -> dict[str, Ask]:
    """Each page as a function that asks for it once and insists on an answer."""
    from django.test import Client

    from minhu.directory.models import Staff

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(Staff.objects.get(username=username))
        return client

    def page(client: Client, address: str) -> Ask:
        def ask() -> object:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)
            return response

        return ask

    desk, unit = signed_in("paidan"), signed_in("chengban")
    supervisor, leader = signed_in("duban"), signed_in("lingdao")
    numbers = {name: _one(sql) for name, sql in _NUMBERS.items()}
    unit_id, rare_unit = _unit(), _one("SELECT lead_unit_id FROM handling_order WHERE lead_unit_id IS NOT NULL GROUP BY 1"
                                       " ORDER BY count(*) LIMIT 1")  # fmt: skip
    leaf = _one("SELECT path FROM directory_category WHERE is_leaf ORDER BY id LIMIT 1").split("/")[0]
    street = _one("SELECT code FROM directory_area WHERE length(code) = 9 ORDER BY code LIMIT 1")
    day = (datetime.now(UTC) - timedelta(days=200)).date()
    middle = (datetime.now(UTC) - timedelta(days=DAYS // 2)).isoformat()
    pages = {f"/desk/?tab={tab}": desk for tab in ("todo", "received", "to_dispatch", "reopened", "return_review",
             "extension_review", "incomplete", "disputed")}  # fmt: skip
    lists = ("", "state=in_progress", "state=archived", "done=0", "light=red", f"unit={unit_id}", f"unit={rare_unit}",
             "q=小区", "q=水", f"q={RARE}", "q=没有这种词", f"q={numbers['archived'][:9]}", "q=小区&state=in_progress",
             f"from={day}&to={day}", f"category={leaf}", f"area={street}", "channel=web&type=report", "sort=due", "sort=-changed",
             f"after={middle.replace('+', '%2B')}%7C{total // 2}")  # fmt: skip
    pages |= {f"/orders/?{query}": desk for query in lists}
    asked = {address: page(client, address) for address, client in pages.items()}
    for query in ("", "q=小区", f"q={RARE}", "state=archived"):
        asked[f"unit /orders/?{query}"] = page(unit, f"/orders/?{query}")
    for tab in ("to_sign", "working", "asked", "answered"):
        asked[f"/unit/?tab={tab}"] = page(unit, f"/unit/?tab={tab}")
    asked["/orders/<live>/"] = page(desk, f"/orders/{numbers['live']}/")
    asked["/orders/<archived>/"] = page(desk, f"/orders/{numbers['archived']}/")
    asked["unit /orders/<own>/"] = page(unit, f"/orders/{numbers['own']}/")
    for name in ("overdue", "near", "returns", "callbacks"):
        asked[f"/supervision/?list={name}"] = page(supervisor, f"/supervision/?list={name}")
    for key in ("30d", "365d"):
        asked[f"/leader/?period={key}"] = page(leader, f"/leader/?period={key}")
    asked["/r/<number>/"] = _citizen(numbers["archived"], page)
    return asked | _inside()


_NUMBERS = {
    "live": "SELECT number FROM handling_order WHERE state = 'in_progress' ORDER BY id LIMIT 1",
    "archived": "SELECT number FROM handling_order WHERE state = 'archived' ORDER BY id LIMIT 1 OFFSET 100",
    "own": "SELECT o.number FROM handling_order o JOIN directory_unit u ON u.id = lead_unit_id WHERE u.code = '990102-CG'"
    " ORDER BY o.id DESC LIMIT 1",
}


def _one(sql: str) -> Any:
    from django.db import connection, transaction

    from minhu.directory.access import as_system

    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _unit() -> int:
    return int(_one("SELECT id FROM directory_unit WHERE code = '990102-CG'"))


def _citizen(number: str, page: Callable[[Any, str], Ask]) -> Ask:
    from django.test import Client

    from minhu.directory.queries.actors import OWN_REQUESTS_KEY

    client = Client()
    client.get("/")
    session = client.session
    session[OWN_REQUESTS_KEY] = [_one(f"SELECT id FROM intake_request WHERE number = '{number}'")]
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    return page(client, f"/r/{number}/")


def _inside() -> dict[str, Ask]:
    """What has no page of its own: the search for repeats, the history of a caller, the counts of the menu."""
    from django.db import transaction

    from minhu.directory.access import acting_as
    from minhu.directory.models import Staff
    from minhu.directory.queries.actors import actor_of_staff
    from minhu.intake.queries.callers import caller_history
    from minhu.intake.queries.desk import preview
    from minhu.intake.types import Channel, NewRequest
    from minhu.portals.context import unread_of

    words, phone = (
        _one("SELECT text FROM intake_request WHERE id = 25"),
        _one("SELECT phone_index FROM intake_request LIMIT 1"),
    )
    new = NewRequest(channel=Channel.PHONE, text=words, requester_phone="13900001234")
    actors = {name: actor_of_staff(Staff.objects.get(username=name)) for name in ("paidan", "chengban", "duban")}

    def within(who: str, what: Callable[[], object]) -> Ask:
        def ask() -> object:
            with transaction.atomic(), acting_as(actors[who]):
                return what()

        return ask

    counted = {f"counts of {who}": within(who, lambda who=who: unread_of(actors[who])) for who in actors}  # type: ignore[misc]
    return counted | {
        "repeats of a text": within("paidan", lambda: preview(new)),
        "history of a caller": within("paidan", lambda: caller_history([bytes(phone)])),
    }


def measure(total: int, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds of every question, asked in turns after two rounds of warming up."""
    asked = questions(total)
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(rounds + 2):
        for name, ask in list(asked.items()):
            started = time.perf_counter()
            try:
                ask()
            except Exception as error:  # noqa: BLE001 - one broken page must not hide the others
                print(f"{name}: {error!r}", flush=True)
                del asked[name]
                continue
            if turn > 1:
                taken[name].append((time.perf_counter() - started) * 1000)
    return {
        name: {"p50": round(statistics.median(times), 1), "p95": round(sorted(times)[int(len(times) * 0.95) - 1], 1),
               "least": round(min(times), 1)}
        for name, times in taken.items() if times
    }  # fmt: skip


def main() -> None:
    """Fill, measure, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home")
    parser.add_argument("--as-is", action="store_true", help="measure what --home holds, fill nothing")
    options = parser.parse_args()
    figures: dict[int, dict[str, dict[str, float]]] = {}
    with a_home(options.home, "minhu-lists-"):
        for size in options.sizes:
            if not options.as_is:
                print(f"{size:,} orders made in {fill(size, _unit()):.0f} s", flush=True)
            prepare()
            figures[size] = measure(size, options.rounds)
    small, large = min(figures), max(figures)
    report(figures[small], figures[large])


def prepare() -> None:
    """What the background loops would have done by now."""
    from minhu.governance.services import count_days
    from minhu.handling.services.words import mark_words

    started = time.perf_counter()
    while count_days() or mark_words():
        pass
    print(f"days counted in {time.perf_counter() - started:.0f} s", flush=True)


def report(small: dict[str, dict[str, float]], large: dict[str, dict[str, float]]) -> None:
    """The table, the verdict and the JSON line."""
    rows = []
    print(f"{'page':34}{'p50 small':>10}{'p50 large':>10}{'p95 large':>10}{'ratio':>7}")
    for name, few in small.items():
        many = large.get(name)
        if many is None:
            continue
        ratio = many["p50"] / few["p50"]
        bad = " !" if ratio > MOST_RATIO or many["p95"] > MOST_P95 else ""
        print(f"{name[:33]:34}{few['p50']:10.1f}{many['p50']:10.1f}{many['p95']:10.1f}{ratio:7.2f}{bad}")
        rows.append({"page": name, "small": few, "large": many, "ratio": round(ratio, 2)})
    print(json.dumps({"lists": rows, "load": os.getloadavg()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
