"""The knowledge room at 100,000 passages: search, pages, API and asking through the database; publish to answer; memory.

Works in a MINHU_HOME of its own and removes it. Fills it with papers made from the demo city's clauses (how is said in
`parts/many_papers.py`), then asks the city's own questions as a signed-in agent and as anybody, in this process, with the
application's database role and row security as in production. Then a new document is read, published and asked until the
right clause comes; and a document of 2,000 pages and a batch of 500 files are brought in by another process while this
one goes on asking.

    .venv/bin/python benchmarks/knowledge.py [--passages 100000] [--questions 100] [--home FOLDER] [--as-is] [--big pages files]

Wall times are of a machine that may be shared (its load is printed); processor times are this process's and, beside it,
its database backend's. Prints a table and one JSON line. `--home` keeps the database, `--as-is` measures what it holds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from parts.many_papers import fill, questions
from parts.own_home import a_home

AGENT, KEEPER, REVIEWER = "zuoxi", "luguanwen", "shenhe"
TICK = os.sysconf("SC_CLK_TCK")
PAGES, FILES, SLOWEST = 2_000, 500, 120.0
NEW = "荧光步道开放夜"
NEW_PAPER = f"""# 云溪市{NEW}管理办法

第一条 为规范{NEW}的秩序，制定本办法。

第二条 参加{NEW}的群众，应当提前三天在望月林场预约，每人每次只能预约一场。

第三条 每场最多接待八十人，望月林场负责夜间疏导。
"""
Work = Callable[[str], object]


def backend() -> float:
    """Processor milliseconds of the database process that serves this connection."""
    from django.db import connection

    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def memory() -> dict[str, int]:
    """Megabytes that this process holds and held at most."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    return {name: int(lines[key].split()[0]) // 1024 for name, key in (("now", "VmRSS"), ("most", "VmHWM"))}


def works() -> dict[str, Work]:
    """What is measured, each as a function of the question."""
    from django.test import Client

    from minhu.directory.models import Staff
    from minhu.directory.queries.actors import actor_named
    from minhu.kernel.actors import use_actor
    from minhu.knowledge.queries.shown import Narrow
    from minhu.knowledge.services.answering import Asked, ask
    from minhu.knowledge.services.finding import find
    from minhu.knowledge.types import Door

    actor = actor_named(AGENT)
    assert actor is not None
    agent, anybody = Client(), Client()
    agent.force_login(Staff.objects.get(username=AGENT))

    def got(client: Client, where: str, **query: str) -> None:
        response = client.get(where, query)
        assert response.status_code == 200, (where, response.status_code)

    def inside(work: Callable[[], object]) -> None:
        with use_actor(actor):
            work()

    def posted(words: str) -> None:
        body = json.dumps({"question": words})
        assert anybody.post("/api/v1/ask", body, content_type="application/json").status_code == 200

    part = {"HX-Request": "true", "HX-Trigger": "find_q"}
    return {
        "search": lambda words: inside(lambda: find(words)),
        "search, third page": lambda words: inside(lambda: find(words, start=30)),
        "search, one district": lambda words: inside(lambda: find(words, Narrow(area="990101"))),
        "page /knowledge/search/": lambda words: got(agent, "/knowledge/search/", q=words),
        "page while typing": lambda words: agent.get("/knowledge/search/", {"q": words[:6]}, headers=part),
        "API search": lambda words: got(anybody, "/api/v1/knowledge/search", q=words),
        "ask": lambda words: inside(lambda: ask(Asked(words, Door.DESK), record=False)),
        "page /knowledge/ask/": lambda words: got(agent, "/knowledge/ask/", question=words),
        "API ask": posted,
    }


def measure(asked: Sequence[str], doing: dict[str, Work]) -> dict[str, dict[str, float]]:
    """Milliseconds of every work for every question, in turns, the first three questions left out."""
    wall: dict[str, list[float]] = {name: [] for name in doing}
    own: dict[str, list[float]] = {name: [] for name in doing}
    beside = dict.fromkeys(doing, 0.0)
    for at, words in enumerate(asked):
        for name, work in doing.items():
            before, begun, spent = backend(), time.perf_counter(), time.process_time()
            work(words)
            if at >= 3:
                wall[name].append((time.perf_counter() - begun) * 1000)
                own[name].append((time.process_time() - spent) * 1000)
                beside[name] += backend() - before
    return {
        name: {"wall p50": _at(wall[name], 0.5), "wall p95": _at(wall[name], 0.95), "own p50": _at(own[name], 0.5),
               "own p95": _at(own[name], 0.95), "database mean": round(beside[name] / len(wall[name]), 1)}
        for name in doing
    }  # fmt: skip


def _at(times: Sequence[float], share: float) -> float:
    return round(sorted(times)[min(int(len(times) * share), len(times) - 1)], 1)


def new_document() -> dict[str, float]:
    """A document is read, confirmed, handed over; then seconds from publishing to its clause as the answer."""
    from minhu.directory.queries.actors import actor_named
    from minhu.directory.queries.units import unit_by_code
    from minhu.kernel.actors import ANONYMOUS, use_actor
    from minhu.knowledge.queries import documents
    from minhu.knowledge.services import editing, life
    from minhu.knowledge.services.answering import Asked, ask
    from minhu.knowledge.types import Door, EntryData, Rights

    keeper, reviewer, unit = actor_named(KEEPER), actor_named(REVIEWER), unit_by_code("HX")
    assert keeper is not None
    assert reviewer is not None
    assert unit is not None
    begun = time.perf_counter()
    with use_actor(keeper):
        document = editing.add(NEW_PAPER.encode(), "新文件.md", unit.id, Rights(), EntryData())
        version = documents.card(document).version
        editing.confirm(version.id, version.facts)
        for finding in documents.card(document).findings:
            editing.answer(finding.id, "虚构内容，可以公开")
        life.submit(version.id)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    with use_actor(reviewer):
        life.publish(version.id)
    published = time.perf_counter() - begun
    while time.perf_counter() - begun < SLOWEST:
        with use_actor(ANONYMOUS):
            got = ask(Asked(f"参加{NEW}要提前几天预约", Door.PAGE), record=False)
        if any(one.document_id == document for one in got.clauses):
            break
    else:
        raise AssertionError(f"not answered within {SLOWEST} s")
    answered = time.perf_counter() - begun
    with use_actor(keeper):
        life.withdraw(version.id, "量完撤下")
    return {"read and handed over": round(read, 2), "publish": round(published, 2), "publish to answer": round(answered, 2)}  # fmt: skip


def meanwhile(asked: Sequence[str], ask: Work, work: str) -> dict[str, Any]:
    """Another process brings documents in; this one goes on asking and tells how long that took."""
    alone = [_wall(partial(ask, words)) for words in asked[:40]]
    begun = time.perf_counter()
    other = subprocess.Popen([sys.executable, __file__, "--work", work], stdout=subprocess.PIPE, text=True)
    beside: list[float] = []
    while other.poll() is None:
        beside.append(_wall(partial(ask, asked[len(beside) % len(asked)])))
    said = json.loads((other.stdout.read() if other.stdout else "").strip().splitlines()[-1])
    assert other.returncode == 0
    return {
        "seconds": round(time.perf_counter() - begun, 1), **said, "asked meanwhile": len(beside), "alone p95": _at(alone, 0.95),
        "meanwhile p50": _at(beside, 0.5), "meanwhile p95": _at(beside, 0.95), "meanwhile most": round(max(beside), 1),
    }  # fmt: skip


def _wall(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def report(figures: dict[str, dict[str, float]]) -> None:
    """The table."""
    heads = list(next(iter(figures.values())))
    print(f"{'milliseconds':28}" + "".join(f"{head:>15}" for head in heads))
    for name, row in figures.items():
        print(f"{name:28}" + "".join(f"{row[head]:15.1f}" for head in heads))


def main() -> None:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--home")
    parser.add_argument("--as-is", action="store_true", help="measure what --home holds, fill nothing")
    parser.add_argument("--big", nargs="*", choices=("pages", "files"), default=[],
                        help=f"also a document of {PAGES} pages, {FILES} files at once")  # fmt: skip
    parser.add_argument("--work", choices=("fill", "pages", "files"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        child(options.work, options.passages)
        return
    with a_home(options.home, "minhu-knowledge-", MINHU_ASK_PER_MINUTE="100000"):
        if not options.as_is:
            command = [sys.executable, __file__, "--work", "fill", "--passages", str(options.passages)]
            subprocess.run(command, check=True)
        asked, doing = list(questions(options.questions)), works()
        before = memory()
        figures = measure(asked, doing)
        report(figures)
        told: dict[str, Any] = {"milliseconds": figures, "memory before": before, "memory": memory()}
        told["seconds of a new document"] = new_document()
        told |= {work: meanwhile(asked, doing["ask"], work) for work in options.big}
        print(json.dumps({"benchmark": "knowledge", **told, "load": os.getloadavg()}, ensure_ascii=False))


def child(work: str, passages: int) -> None:
    """What another process does: fill the room, bring a long document, or many files."""
    from minhu.server.bootstrap import setup

    setup()
    from parts.many_files import bring_files, bring_pages

    begun, spent = time.perf_counter(), time.process_time()
    doings: dict[str, Callable[[], dict[str, Any]]] = {
        "fill": lambda: fill(passages), "pages": lambda: bring_pages(PAGES), "files": lambda: bring_files(FILES),
    }  # fmt: skip
    found = doings[work]()
    found |= {"own seconds": round(time.process_time() - spent, 1)}
    if work == "fill":
        print(f"{found} in {time.perf_counter() - begun:.0f} s", flush=True)
    else:
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
