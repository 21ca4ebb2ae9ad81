"""The agent's desk: how long after an utterance do its suggestions stand there?

Works in a MINHU_HOME of its own with the fictional city and many earlier orders. The scripted calls are noted utterance
by utterance by a signed-in agent, through the page: words kept, form filled, question, warnings, same matter, running
incidents, page part written. The papers' answer, which the page fetches by itself afterwards, is measured apart.

    .venv/bin/python benchmarks/desk.py [--cases FILE…] [--orders 100000] [--earlier 20] [--papers] [--home FOLDER] [--profile]

With `--earlier` each caller brought so many of the orders within a year, and the agent looks at the caller after the
first words: from then on the portrait is read and shown with each utterance.

Prints one JSON line: milliseconds of wall time and of processor time of this process (median, p95, most), and the load.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
from parts.own_home import a_home

DATA = Path(__file__).parent.parent / "tests" / "language" / "data"
CASES = [DATA / "forms_learn.jsonl", DATA / "forms_held_back.jsonl"]
MOST_P95 = 300.0
HTMX = {"HX-Request": "true"}


def give_callers(calls: int, earlier: int, orders: int) -> None:
    """Make so many of the filled orders the earlier ones of each caller, spread over the last year."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from minhu.engines import lookup
    from minhu.engines.database import conninfo

    first = orders * 11 // 20  # the orders behind it came within the last year
    apart = (orders - first) // (calls * earlier)
    if not apart:
        raise SystemExit(f"{orders} orders are too few for {calls} callers with {earlier} earlier ones")
    with psycopg.connect(make_conninfo(**conninfo()), autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")  # requests are otherwise kept as they were received
        for number in range(calls):
            mine = [first + apart * (number + calls * at) for at in range(earlier)]
            index = lookup.indexes(phone_of(number), "phone")[0]
            owner.execute("UPDATE intake_request SET phone_index = %s WHERE id = ANY(%s)", (index, mine))
        owner.execute("ANALYZE intake_request")


def phone_of(number: int) -> str:
    """The telephone of a call."""
    return f"139{number:08}"


def play(cases: list[dict[str, Any]], *, papers: bool, looks: int = 0) -> dict[str, list[float]]:
    """Note all utterances of all calls; the milliseconds of each."""
    from django.test import Client

    from minhu.directory.models import Staff

    agent = Client()
    agent.force_login(Staff.objects.get(username="zuoxi"))
    taken: dict[str, list[float]] = {"wall": [], "processor": [], "papers": [], "look": []}
    for number, case in enumerate(cases):
        desk = agent.post("/desk/talks/call/", {"phone": phone_of(number)})["Location"]
        for at, (who, words) in enumerate(case["turns"]):
            data = {"words": words, "as": who, "key": str(at), "seen": str(at)}
            begun, spent = time.perf_counter(), time.process_time()
            answer = agent.post(f"{desk}say/", data, headers=HTMX)
            if who == "citizen":
                taken["wall"].append((time.perf_counter() - begun) * 1000)
                taken["processor"].append((time.process_time() - spent) * 1000)
            assert answer.status_code == 200, answer.status_code
            if looks and who == "citizen" and not any(one == "citizen" for one, _words in case["turns"][:at]):
                begun = time.perf_counter()
                shown = agent.post(f"{desk}caller/", {"seen": str(at)}, headers=HTMX)
                taken["look"].append((time.perf_counter() - begun) * 1000)
                told = re.search(r"近一年 (\d+) 次", shown.content.decode())
                assert int(told[1] if told else 0) >= looks, "the portrait does not show the earlier orders"
            if (
                papers
                and who == "citizen"
                and f'/desk/talks/{desk.split("/")[3]}/knowledge/" hx-trigger="load"' in answer.content.decode()
            ):
                begun = time.perf_counter()
                assert agent.get(f"{desk}knowledge/").status_code == 200
                taken["papers"].append((time.perf_counter() - begun) * 1000)
        assert agent.post(f"{desk}register/", {"after": "keep"}).status_code == 302
    return taken


def figures(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and the most."""
    return {
        "median": round(float(np.median(values)), 1), "p95": round(float(np.percentile(values, 95)), 1), "most": round(max(values), 1),
    }  # fmt: skip


def main() -> None:
    """Play the calls twice: once to warm up, once measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="*", type=Path, default=CASES)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--earlier", type=int, default=0, help="orders that each caller brought before")
    parser.add_argument("--papers", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--home")
    asked = parser.parse_args()
    cases = [json.loads(line) for file in asked.cases for line in file.read_text("utf-8").splitlines()]
    with a_home(asked.home, "minhu-desk-"):
        if asked.orders:
            from lists import fill

            fill(asked.orders, 1)
            if asked.earlier:
                give_callers(len(cases), asked.earlier, asked.orders)
        if asked.papers:
            from minhu.server.demo.library import load_papers

            load_papers()
        play(cases[:6], papers=asked.papers, looks=asked.earlier)
        watching = cProfile.Profile()
        if asked.profile:
            watching.enable()
        taken = play(cases, papers=asked.papers, looks=asked.earlier)
        watching.disable()
        if asked.profile:
            pstats.Stats(watching).sort_stats("cumulative").print_stats(45)
    found = {name: figures(values) for name, values in taken.items() if values}
    met = found["wall"]["p95"] <= MOST_P95
    print(
        json.dumps(
            {
                "utterances": len(taken["wall"]),
                "orders": asked.orders,
                "earlier": asked.earlier,
                "load": os.getloadavg()[0],
                "met": met,
                **found,
            }
        )
    )


if __name__ == "__main__":
    main()
