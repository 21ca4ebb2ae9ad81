"""Requests created through HTTP, a second: understood, with order, clock, suggestions and ledger entry, durably.

Starts a Minhu of its own in a scratch folder (`minhu serve --layout processes`: two WSGI workers), loads the
fictional city's directory, and lets a client in a process of its own submit different messages over keep-alive
connections. Afterwards every acknowledged number is looked up in the database. Then the same client does the same to
`baisitong2==1.0.2` from PyPI, started by its own command, for comparison in one run.

    .venv/bin/python benchmarks/create_orders.py [--seconds 10] [--connections 8] [--no-peer]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEER = "baisitong2==1.0.2"
WARM_UP = 3.0
MESSAGES = 6000
LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
LEAST_RATE, MOST_P95 = 300.0, 50.0


def free_port() -> int:
    """A port nobody listens on, with the next one free too (streams)."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def wait_until_up(url: str, process: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    """Return when `url` answers; SystemExit when the server ends or stays silent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} did not answer within {seconds:.0f} s")


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a server that this script started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def processor_seconds(folder: Path) -> float:
    """Processor time so far of every process that works for the home in `folder` (web, worker, PostgreSQL)."""
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            mine = os.readlink(process / "cwd").startswith(str(folder))
            mine = mine or f"MINHU_HOME={folder / 'home'}".encode() in (process / "environ").read_bytes().split(b"\0")
            if mine and b"create_orders" not in (process / "cmdline").read_bytes():
                times = (process / "stat").read_text().rsplit(")", 1)[1].split()
                total += (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return total


# -- parts that run in processes of their own ----------------------------------------------------------------------


def prepare(folder: Path) -> None:
    """In the scratch home: load the city's directory, issue a token, write the messages."""
    from minhu.server.bootstrap import setup

    setup()
    from random import Random

    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.services.tokens import issue_token
    from minhu.server.demo.load import load_base
    from minhu.server.demo.texts import compose

    load_base()
    with transaction.atomic(), as_system():
        token = issue_token("bench", ["requests:write"], per_minute=1_000_000)
    rng = Random(12345)
    with (folder / "messages.jsonl").open("w", encoding="utf-8") as out:
        for at in range(MESSAGES):
            message = compose(rng, 1 + at % 12)
            phone = f"139{rng.randrange(10**8):08d}"
            row = {"title": message.title, "text": message.text, "place": message.place_text, "phone": phone}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    (folder / "token").write_text(token)


def verify(folder: Path) -> None:
    """Print how many acknowledged numbers lack request, order, clock, suggestions, decision or ledger entry."""
    from minhu.server.bootstrap import setup

    setup()
    from django.db import connection, transaction

    from minhu.directory.access import as_system

    numbers = json.loads((folder / "acknowledged.json").read_text())
    parts = {
        "request": "SELECT 1 FROM intake_request r WHERE r.number = n",
        "order": "SELECT 1 FROM handling_order o WHERE o.number = n",
        "clock": "SELECT 1 FROM handling_clock c JOIN handling_order o ON o.id = c.order_id WHERE o.number = n",
        "suggestions": "SELECT 1 FROM intake_suggestion s JOIN intake_request r ON r.id = s.request_id"
        " WHERE r.number = n",
        "decision": "SELECT 1 FROM intake_intakedecision d JOIN intake_request r ON r.id = d.request_id"
        " WHERE r.number = n",
        "ledger": "SELECT 1 FROM ledger_entry e JOIN intake_request r ON e.subject_type = 'request'"
        " AND e.subject_id = r.id::text WHERE r.number = n AND e.kind = 'request.received'",
    }
    missing = {}
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        for name, found in parts.items():
            query = f"SELECT count(*) FROM unnest(%s::text[]) AS n WHERE NOT EXISTS ({found})"
            cursor.execute(query, [numbers])
            missing[name] = cursor.fetchone()[0]
    print(json.dumps({"acknowledged": len(numbers), "distinct": len(set(numbers)), "missing": missing}))


class Client:
    """Keeps `connections` busy for `seconds`; each sends its next message when the last is answered.

    Bodies are made before the clock starts and answers are read after it has stopped: the generator shares the two
    cores with what it measures.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.port, self.seconds, self.connections = options.port, options.seconds, options.connections
        self.target, self.sent = options.target, options.skip
        token = (options.folder / "token").read_text() if self.target == "minhu" else ""
        path = "/api/v1/requests" if self.target == "minhu" else "/api/appeals"
        extra = f"Authorization: Bearer {token}\r\n" if token else ""
        self.head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{extra}".encode()
        lines = (options.folder / "messages.jsonl").read_text(encoding="utf-8").splitlines()
        self.bodies = [self.body(json.loads(line)) for line in lines]
        self.latencies: list[float] = []
        self.answers: list[bytes] = []
        self.errors: dict[str, int] = {}
        self.begin = self.until = 0.0

    def body(self, message: dict[str, str]) -> bytes:
        """A message as the target takes it, with the end of its head."""
        if self.target != "minhu":
            message = {"content": message["text"][:1000], "contact": message["phone"]}
        raw = json.dumps(message, ensure_ascii=False).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(raw), raw)

    def request(self) -> bytes:
        """The next message as raw HTTP; a text comes again only after all others."""
        self.sent += 1
        key: bytes = b"Idempotency-Key: b-%d-%d\r\n" % (os.getpid(), self.sent)
        body: bytes = self.bodies[self.sent % len(self.bodies)]
        return self.head + key + body

    def answered(self, started: float, status: bytes, body: bytes) -> None:
        """Count one answer."""
        if status not in (b"200", b"201"):
            self.errors[status.decode()] = self.errors.get(status.decode(), 0) + 1
            return
        self.answers.append(body)
        if started >= self.begin:
            self.latencies.append(time.perf_counter() - started)

    def numbers(self) -> list[str]:
        """Every acknowledged number."""
        return [json.loads(body)["number"] for body in self.answers] if self.target == "minhu" else []

    async def run(self) -> dict[str, Any]:
        """All connections, then the figures."""
        spent = time.process_time()
        self.begin = time.perf_counter() + WARM_UP
        self.until = self.begin + self.seconds
        loop = asyncio.get_running_loop()
        lines = [Line(self) for _ in range(self.connections)]
        for line in lines:
            await loop.create_connection(lambda line=line: line, "127.0.0.1", self.port)  # type: ignore[misc]
        await asyncio.gather(*(line.ended for line in lines))
        took = time.perf_counter() - self.begin
        cuts = statistics.quantiles(self.latencies, n=100) if len(self.latencies) > 1 else [0.0] * 99
        return {
            "per_second": round(len(self.latencies) / took, 1), "p50_ms": round(cuts[49] * 1000, 1),
            "p95_ms": round(cuts[94] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1),
            "requests": len(self.latencies), "errors": self.errors,
            "client_ms": round((time.process_time() - spent) * 1000 / max(1, len(self.answers)), 2),
        }  # fmt: skip


class Line(asyncio.Protocol):
    """One connection: the next message leaves when the answer to the last is complete."""

    def __init__(self, client: Client) -> None:
        self.client, self.read, self.started = client, bytearray(), 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """The next message, or the end."""
        self.started = time.perf_counter()
        if self.started >= self.client.until:
            self.transport.close()
            return
        self.transport.write(self.client.request())

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self.read += data
        head, end, body = self.read.partition(b"\r\n\r\n")
        if not end:
            return
        length = LENGTH.search(head)
        if length is None:
            raise SystemExit("an answer without a length")
        if len(body) >= int(length[1]):
            self.read = bytearray()
            self.client.answered(self.started, bytes(head[9:12]), bytes(body))
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server or the end of the time has closed it."""
        if not self.ended.done():
            self.ended.set_result(None)


def client(options: argparse.Namespace) -> None:
    """The load generator's process: writes the acknowledged numbers, prints its figures."""
    load = Client(options)
    figures = asyncio.run(load.run())
    (options.folder / "acknowledged.json").write_text(json.dumps(load.numbers()))
    print(json.dumps(figures))


# -- the two runs ----------------------------------------------------------------------------------------------------


def part(name: str, folder: Path, environment: dict[str, str], *more: str) -> str:
    """Run this script's `name` part in its own process; its standard output."""
    command = [sys.executable, __file__, "--part", name, "--folder", str(folder), *more]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"part {name} failed")
    return done.stdout.strip()


def load_on(target: str, port: int, folder: Path, environment: dict[str, str], options: argparse.Namespace) -> Any:
    """Let the client loose on a port."""
    more = ("--target", target, "--port", str(port), "--seconds", str(options.seconds))
    return json.loads(part("client", folder, environment, *more, "--connections", str(options.connections)))


def ours(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Figures of Minhu with the check of every acknowledged number."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINHU_")}
    environment |= {"MINHU_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT / "src"), "MINHU_LOG_LEVEL": "WARNING"}
    environment["MINHU_THREADS"] = "4"  # two for each worker: more only wait for each other on two cores
    minhu = [sys.executable, "-m", "minhu"]
    subprocess.run([*minhu, "migrate", "--quiet"], env=environment, check=True)
    part("prepare", folder, environment)
    port = free_port()
    serve = [*minhu, "serve", "--layout", "processes", "--workers", "2", "--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen(serve, env=environment, stderr=subprocess.DEVNULL if options.quiet else None)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/readyz", server)
        # both workers build their indexes at the first request; texts from the end, so that none comes twice
        warm = ("--target", "minhu", "--port", str(port), "--seconds", "1", "--skip", str(MESSAGES - 1500))
        part("client", folder, environment, *warm, "--connections", "4")
        before = processor_seconds(folder)
        figures = load_on("minhu", port, folder, environment, options)
        spent = processor_seconds(folder) - before
        figures["check"] = json.loads(part("verify", folder, environment))
        figures["processor_ms"] = round(spent * 1000 / max(1, figures["check"]["acknowledged"]), 2)
    finally:
        end(server)
        subprocess.run([*minhu, "stop"], env=environment, check=False, stdout=subprocess.DEVNULL)
    return dict(figures)


def peer(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Figures of the peer, or why there are none."""
    venv = folder / "peer"
    pip = [str(venv / "bin" / "pip"), "-q", "install", "--disable-pip-version-check", PEER]
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], check=False).returncode
    if made or subprocess.run(pip, check=False, stderr=subprocess.DEVNULL).returncode:
        return {"note": f"{PEER} could not be installed here"}
    port = free_port()
    work = folder / "peer-data"
    work.mkdir()
    command = [str(venv / "bin" / "baisitong2"), "--host", "127.0.0.1", "--port", str(port)]
    log = (folder / "peer.log").open("wb")
    server = subprocess.Popen(command, cwd=work, stdout=log, stderr=log)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/docs", server)
        return dict(load_on("peer", port, folder, dict(os.environ), options))
    finally:
        end(server)
        log.close()


def show(name: str, figures: dict[str, Any]) -> None:
    """One row of the table."""
    if "note" in figures:
        print(f"{name:<12} {figures['note']}")
        return
    cells = (figures["per_second"], figures["p50_ms"], figures["p95_ms"], figures["p99_ms"], figures["requests"])
    print(f"{name:<12} " + " ".join(f"{cell:>10}" for cell in cells) + f" {sum(figures['errors'].values()):>8}")


def main() -> None:
    """Both runs, the table, one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--quiet", action="store_true", help="hide the server's own messages")
    parser.add_argument("--skip", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--part", choices=("prepare", "client", "verify"), help=argparse.SUPPRESS)
    parser.add_argument("--target", default="minhu", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        {"prepare": prepare, "verify": verify}[options.part](options.folder) if options.part != "client" else client(
            options
        )
        return
    options.load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="minhu-bench-"))
    try:
        mine = ours(folder, options)
        other = {"note": "left out"} if options.no_peer else peer(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'':<12} {'a second':>10} {'p50 ms':>10} {'p95 ms':>10} {'p99 ms':>10} {'requests':>10} {'errors':>8}")
    show("minhu", mine)
    show("baisitong2", other)
    missing = sum(mine["check"]["missing"].values())
    whole = missing == 0 and mine["check"]["distinct"] == mine["check"]["acknowledged"]
    print(f"load of the machine before the runs: {options.load:.2f} (above 0.5 the figures are too low)")
    print(f"processor time of one creation, PostgreSQL included: {mine['processor_ms']} ms")
    print(f"processor time of the load generator for one creation: {mine['client_ms']} ms")
    print(f"acknowledged {mine['check']['acknowledged']}, missing parts {missing}")
    reached = whole and mine["per_second"] >= LEAST_RATE and mine["p95_ms"] <= MOST_P95
    print(
        json.dumps(
            {
                "bench": "create_orders",
                "minhu": mine,
                "baisitong2": other,
                "whole": whole,
                "goal": reached,
                "load": options.load,
            }
        )
    )
    if not whole:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
