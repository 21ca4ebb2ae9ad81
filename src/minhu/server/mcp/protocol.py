"""JSON-RPC 2.0 lines as MCP wants them: initialise, ping, list tools, call one. Everything else is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import IO, Any, Final

VERSIONS: Final = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
LONGEST_LINE: Final = 1_000_000
PARSE, REQUEST, METHOD, PARAMETERS = -32700, -32600, -32601, -32602
Message = dict[str, Any]
Call = Callable[[str, Message], Message]


class Refused(Exception):
    """The request cannot be answered; `code` is JSON-RPC's."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def serve(lines: IO[str], out: IO[str], tools: list[Message], call: Call, instructions: str, version: str) -> None:
    """Answer line by line until the input ends; notifications are taken in silence."""
    while line := lines.readline(LONGEST_LINE + 1):
        answer = _answer(line, tools, call, instructions, version)
        if answer is not None:
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()


def _answer(line: str, tools: list[Message], call: Call, instructions: str, version: str) -> Message | None:
    if len(line) > LONGEST_LINE:
        return _error(None, PARSE, "line too long")
    if not line.strip():
        return None
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return _error(None, PARSE, "not JSON")
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return _error(None, REQUEST, "not a request") if not isinstance(message, dict) or "id" in message else None
    if "id" not in message:
        return None
    number = message["id"]
    if isinstance(number, bool) or not isinstance(number, (int, str)):
        return _error(None, REQUEST, "an id is a number or a text")
    parameters = message.get("params") or {}
    if not isinstance(parameters, dict):
        return _error(number, PARAMETERS, "params is an object")
    try:
        result = _result(message["method"], parameters, tools, call, instructions, version)
    except Refused as error:
        return _error(number, error.code, str(error))
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _result(
    method: str, parameters: Message, tools: list[Message], call: Call, instructions: str, version: str
) -> Message:
    if method == "initialize":
        asked = parameters.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in VERSIONS else VERSIONS[0], "capabilities": {"tools": {}},
            "serverInfo": {"name": "minhu", "title": "民呼", "version": version}, "instructions": instructions,
        }  # fmt: skip
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": tools}
    if method == "tools/call":
        name, arguments = parameters.get("name"), parameters.get("arguments") or {}
        if not isinstance(name, str) or name not in {tool["name"] for tool in tools}:
            raise Refused(PARAMETERS, "no such tool")
        if not isinstance(arguments, dict):
            raise Refused(PARAMETERS, "arguments is an object")
        return call(name, arguments)
    raise Refused(METHOD, "no such method")


def _error(number: int | str | None, code: int, words: str) -> Message:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": words}}
