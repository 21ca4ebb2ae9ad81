"""The agent's desk: how long after an utterance do its suggestions stand there?

Works in a MINHU_HOME of its own with the fictional city and many earlier orders. The scripted calls are noted utterance
by utterance by a signed-in agent, through the page: words kept, form filled, question, warnings, same matter, running
incidents, page part written. The papers' answer, which the page fetches by itself afterwards, is measured apart.

    .venv/bin/python benchmarks/desk.py [--cases FILE…] [--orders 100000] [--papers] [--home FOLDER] [--profile]

Prints one JSON line: milliseconds of wall time and of processor time of this process (median, p95, most), and the load.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import time
from pathlib import Path
from typing import Any

import numpy as np
from parts.own_home import a_home

DATA = Path(__file__).parent.parent / "tests" / "language" / "data"
CASES = [DATA / "forms_learn.jsonl", DATA / "forms_held_back.jsonl"]
MOST_P95 = 300.0
HTMX = {"HX-Request": "true"}


def play(cases: list[dict[str, Any]], *, papers: bool) -> dict[str, list[float]]:
    """Note all utterances of all calls; the milliseconds of each."""
    from django.test import Client

    from minhu.directory.models import Staff

    agent = Client()
    agent.force_login(Staff.objects.get(username="zuoxi"))
    taken: dict[str, list[float]] = {"wall": [], "processor": [], "papers": []}
    for number, case in enumerate(cases):
        desk = agent.post("/desk/talks/call/", {"phone": f"139{number:08}"})["Location"]
        for at, (who, words) in enumerate(case["turns"]):
            data = {"words": words, "as": who, "key": str(at), "seen": str(at)}
            begun, spent = time.perf_counter(), time.process_time()
            answer = agent.post(f"{desk}say/", data, headers=HTMX)
            if who == "citizen":
                taken["wall"].append((time.perf_counter() - begun) * 1000)
                taken["processor"].append((time.process_time() - spent) * 1000)
            assert answer.status_code == 200, answer.status_code
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
    parser.add_argument("--papers", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--home")
    asked = parser.parse_args()
    cases = [json.loads(line) for file in asked.cases for line in file.read_text("utf-8").splitlines()]
    with a_home(asked.home, "minhu-desk-"):
        if asked.orders:
            from lists import fill

            fill(asked.orders, 1)
        if asked.papers:
            from minhu.server.demo.library import load_papers

            load_papers()
        play(cases[:6], papers=asked.papers)
        watching = cProfile.Profile()
        if asked.profile:
            watching.enable()
        taken = play(cases, papers=asked.papers)
        watching.disable()
        if asked.profile:
            pstats.Stats(watching).sort_stats("cumulative").print_stats(45)
    found = {name: figures(values) for name, values in taken.items() if values}
    met = found["wall"]["p95"] <= MOST_P95
    print(
        json.dumps(
            {"utterances": len(taken["wall"]), "orders": asked.orders, "load": os.getloadavg()[0], "met": met, **found}
        )
    )


if __name__ == "__main__":
    main()
