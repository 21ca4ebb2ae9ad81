"""An OpenAI-compatible endpoint for tests: a real HTTP server that reads prompts, answers from them, and misbehaves.

It is no model: it quotes what stands between the fences, by fixed rules. Figures taken with it say what the adapter
does, never how well a model understands.
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


def words_of(asked: dict[str, Any]) -> str:
    """The fenced words of a prompt."""
    lines = asked["messages"][1]["content"].split("\n")
    assert lines[0] == lines[-1]
    assert lines[0] in asked["messages"][0]["content"]
    return "\n".join(lines[1:-1])


def categories_of(asked: dict[str, Any]) -> list[str]:
    """The codes that were offered."""
    listed = asked["messages"][0]["content"].partition("分类代码：\n")[2]
    return [line.split(" ", 1)[0] for line in listed.split("\n") if re.match(r"[\w./-]+ ", line)]


def reading(asked: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A well-formed answer that quotes the first clause of the words."""
    words = words_of(asked)
    quote = re.split(r"[，。！？\n]", words)[0][:30] or words[:1]
    codes = categories_of(asked)
    found: dict[str, Any] = {
        "category": {"code": codes[0], "quote": quote, "confidence": 0.8} if codes else None,
        "request_type": "求助", "intake": {"code": "accept", "quote": quote, "confidence": 0.7},
        "urgency": {"level": "normal", "quote": quote}, "places": [quote], "elements": [{"kind": "demand", "quote": quote}],
        "title": quote, "summary": quote,
    }  # fmt: skip
    return found | other


def envelope(content: Any, tokens: Any = 500) -> dict[str, Any]:
    return {
        "id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}],
        "usage": {"total_tokens": tokens},
    }  # fmt: skip


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def says(content: Any, tokens: Any = 500) -> Behaviour:
    """Answers these words (a dict: as JSON), whatever was asked."""
    text = json.dumps(content, ensure_ascii=False) if isinstance(content, dict | list) else content
    return lambda handler, _asked: send(handler, json.dumps(envelope(text, tokens)).encode())


def reads(**other: Any) -> Behaviour:
    """A good answer to what was asked, with some values replaced."""

    def behave(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        send(handler, json.dumps(envelope(json.dumps(reading(asked, **other), ensure_ascii=False))).encode())

    return behave


def means(alike: Sequence[Sequence[str]]) -> Behaviour:
    """Vectors of 64 columns: texts with words of one group are near each other, otherwise common characters count."""

    def behave(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        data = []
        for at, text in enumerate(asked["input"]):
            row = [0.01] * 48 + [5.0 * any(word in text for word in group) for group in alike]
            for sign in text:
                row[ord(sign) % 48] += 0.05
            data.append({"index": at, "embedding": row + [0.0] * (64 - len(row))})
        send(handler, json.dumps({"object": "list", "data": data}).encode())

    return behave


def raw(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """These bytes with this status."""
    return lambda handler, _asked: send(handler, body, status, **headers)


def trickle(pause: float = 0.05) -> Behaviour:
    """One byte after another, for ever."""

    def behave(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10000")
        handler.end_headers()
        for _ in range(2000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(pause)

    return behave


def silent(seconds: float) -> Behaviour:
    """Says nothing for so long."""
    return lambda _handler, _asked: time.sleep(seconds)


def hangs_up(after: bytes = b"") -> Behaviour:
    """Closes the line in the middle."""

    def behave(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
        handler.wfile.write(after)
        handler.close_connection = True

    return behave


@dataclass
class Fake:
    """The endpoint: what it does next (the last again and again), and what it was sent."""

    url: str = ""
    behaviours: list[Behaviour] = field(default_factory=lambda: [reads()])
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def next(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


@contextlib.contextmanager
def chat_fake(context: ssl.SSLContext | None = None) -> Iterator[Fake]:
    """A fake on a port of its own; with ``context`` behind TLS."""
    state = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.raw.append(body)
            state.asked.append(json.loads(body))
            state.keys.append(self.headers.get("Authorization", ""))
            state.paths.append(self.path)
            with contextlib.suppress(OSError):  # whoever asked has hung up
                state.next()(self, state.asked[-1])

        def log_message(self, *_: object) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Silent."""

    server = Server(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
