"""A title for a request that came without one."""

from __future__ import annotations

import re

_GREETING = re.compile(r"^(?:尊敬的[^，,：:。！!]{0,16}[，,：:。！!]?|您好|你好|领导好?|工作人员)[，,：:。！!\s]*")
_END = re.compile(r"[。！？!?；;\n]")


def title_of(text: str, most: int = 40) -> str:
    """The first sentence that says something, without the greeting, at most `most` characters."""
    rest = text.strip()
    while (match := _GREETING.match(rest)) and match.end() < len(rest):
        rest = rest[match.end() :]
    for sentence in _END.split(rest):
        words = sentence.strip(" ，,、：:")
        if len(words) >= 4:
            return words if len(words) <= most else f"{words[: most - 1]}…"
    return rest[:most].replace("\n", " ").strip() or "（无标题）"
