"""A mail server for tests that speaks the real protocols, IMAP4rev1 and SMTP, as far as the house uses them."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class MailServer:
    """One mailbox and what was sent; ``replies`` are the answers to the next mails that are handed over."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    sent: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    imap_port: int = 0
    smtp_port: int = 0

    def put(self, data: bytes) -> int:
        uid = max(self.mails, default=40) + 1
        self.mails[uid] = data
        return uid


@contextmanager
def serving() -> Iterator[MailServer]:
    state = MailServer()
    servers = [_start(_handler(_Imap, state)), _start(_handler(_Smtp, state))]
    state.imap_port, state.smtp_port = (one.server_address[1] for one in servers)
    try:
        yield state
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def _start(handler: type[socketserver.StreamRequestHandler]) -> Any:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def _handler(kind: type[Any], state: MailServer) -> Any:
    return type(kind.__name__, (kind,), {"state": state})


class _Imap(socketserver.StreamRequestHandler):
    state: MailServer

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        for raw in self.rfile:
            tag, _, rest = raw.decode().strip().partition(" ")
            self.state.commands.append(rest.split(" ")[0] if not rest.startswith("UID") else rest)
            if self.answered(rest):
                self.say(f"{tag} OK done")
            else:
                self.say(f"{tag} NO no")
            if rest == "LOGOUT":
                return

    def searched(self, first: int, last: int) -> None:
        hits = {uid for uid in self.state.mails if uid >= first} | ({last} if self.state.mails else set())
        self.say("* SEARCH " + " ".join(map(str, sorted(hits))))

    def fetched(self, uid: str, what: str) -> None:
        data = self.state.mails.get(int(uid))
        if data is not None and what == "RFC822.SIZE":
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(data)})")
        elif data is not None:
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")

    def answered(self, rest: str) -> bool:
        last = max(self.state.mails, default=40)
        if rest.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1")
        elif rest.startswith("LOGIN"):
            return '"s3cret"' in rest
        elif rest.startswith("EXAMINE"):
            self.say(f"* {len(self.state.mails)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {self.state.validity}] valid")
            self.say(f"* OK [UIDNEXT {last + 1}] next")
        elif found := re.match(r"UID SEARCH UID (\d+):\*", rest):
            self.searched(int(found[1]), last)
        elif found := re.match(r"UID FETCH (\d+) \((RFC822\.SIZE|BODY\.PEEK\[\])\)", rest):
            self.fetched(found[1], found[2])
        elif rest == "LOGOUT":
            self.say("* BYE")
        else:
            return False
        return True


class _Smtp(socketserver.StreamRequestHandler):
    state: MailServer

    def say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")

    def handle(self) -> None:
        self.say(b"220 ready")
        for raw in self.rfile:
            word = raw[:4].upper()
            if word == b"EHLO":
                self.say(b"250-test\r\n250 8BITMIME")
            elif word == b"DATA":
                self.say(b"354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                reply = self.state.replies.pop(0) if self.state.replies else b"250 taken"
                if reply.startswith(b"250"):
                    self.state.sent.append(body)
                self.say(reply)
            elif word == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 fine")
