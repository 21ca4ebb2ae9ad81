"""What a site asks of programs that visit it (robots.txt), as RFC 9309 reads it, with the pace that it wishes.

The standard library's parser knows neither ``*`` nor ``$`` in paths and takes the first rule, not the longest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

MOST_BYTES: Final = 500 * 1024
"""So much of a file counts (RFC 9309, 2.5)."""
MOST_RULES: Final = 2_000
LONGEST_WISH: Final = 30.0
_LINE: Final = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#]*)")


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one visitor: paths with whether they are allowed, and seconds between two visits (0: no wish)."""

    rules: tuple[tuple[str, bool], ...] = ()
    pause: float = 0.0

    def allows(self, path: str) -> bool:
        """Whether a path with its query may be fetched: the longest rule that fits counts, allowing before forbidding."""
        wanted = _plain(path)
        fits = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, wanted)]
        return max(fits, default=(0, True))[1]


NOTHING_ASKED: Final = Robots()


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[str, bool]] = field(default_factory=list)
    pause: float = 0.0


def read(content: bytes, agent: str) -> Robots:
    """The rules of a robots.txt for a visitor called ``agent``: its own groups put together, else those for all."""
    groups: list[_Group] = []
    naming = False
    for line in content[:MOST_BYTES].decode("utf-8", "replace").splitlines()[: 4 * MOST_RULES]:
        found = _LINE.match(line)
        if found is None:
            continue
        name, value = found[1].lower(), found[2].strip()
        if name == "user-agent":
            if not naming:
                groups.append(_Group())
            groups[-1].agents.append(value.lower())
        elif name in {"allow", "disallow"} and groups and value and len(groups[-1].rules) < MOST_RULES:
            groups[-1].rules.append((_plain(value), name == "allow"))
        elif name == "crawl-delay" and groups and re.fullmatch(r"\d{1,6}(?:\.\d{1,3})?", value):
            groups[-1].pause = min(float(value), LONGEST_WISH)
        naming = name == "user-agent" or (naming and name not in {"allow", "disallow", "crawl-delay"})
    own = [one for one in groups if agent.lower() in one.agents] or [one for one in groups if "*" in one.agents]
    return Robots(tuple(rule for one in own for rule in one.rules), max((one.pause for one in own), default=0.0))


def _plain(path: str) -> str:
    """A path as both sides write it after decoding."""
    return quote(unquote(path, errors="replace"), safe="/*$?=&;:@!'(),+~%")


def _fits(rule: str, path: str) -> bool:
    """Whether a rule with ``*`` (anything) and a closing ``$`` (the end) fits a path; in time linear to both."""
    ends = rule.endswith("$")
    first, *parts = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, part in enumerate(parts, 1):
        if ends and number == len(parts):
            return len(path) - len(part) >= at and path.endswith(part)
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return not ends or at == len(path)
