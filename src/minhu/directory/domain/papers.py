"""What a city says about its papers: words that need a second look before publishing, hosts that may be watched.

Source: 保守国家秘密法 and its 实施条例 (marks of secrets), 政府信息公开条例 第十四条, 第十五条 (what is not made public).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from minhu.directory.domain.reading import Problems, Reader

WORD, SECRET = "word", "secret"
LONGEST_PHRASE: Final = 40
MOST_LINES: Final = 5_000
_HOST: Final = re.compile(
    r"(?:\*\.)?(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?", re.ASCII
)
_WRONG_HOST: Final = (
    "请填写主机名，不带 https:// 和路径，例如 www.example.gov.cn；*.example.gov.cn 表示它的所有下级主机；"
    "端口不是 80 或 443 的写在冒号后。"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stop a paper until a person answers for them; ``kind`` is 'word' (unsuitable) or 'secret' (a mark)."""

    words: str
    kind: str = WORD
    why: str = ""


@dataclass(frozen=True)
class PublishingRules:
    """A version of the phrases that the publishing check looks for, besides the marks that law names."""

    version: str
    phrases: tuple[Phrase, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Unsuitable words."""
        return tuple(one.words for one in self.phrases if one.kind == WORD)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Marks of what is secret or internal in this city."""
        return tuple(one.words for one in self.phrases if one.kind == SECRET)

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Why each phrase is in the list, where somebody said so."""
        return {one.words: one.why for one in self.phrases if one.why}


@dataclass(frozen=True)
class SourceRules:
    """A version of the list of hosts whose pages and feeds may be watched; empty: none."""

    version: str
    hosts: tuple[str, ...]

    def allows(self, host: str, port: int) -> bool:
        """Whether a host may be asked; a port other than 80 and 443 has to be named."""
        name = f"[{host}]" if ":" in host else host.lower().rstrip(".")
        tail = "" if port in (80, 443) else f":{port}"
        named = f"{name}{tail}"
        return any(
            named == one or (one.startswith("*.") and named.endswith(one[1:]) and len(named) > len(one) - 1)
            for one in self.hosts
        )


def parse_publishing(content: Mapping[str, Any], version: str) -> PublishingRules:
    """Read the phrases; raises Invalid naming each wrong line."""
    problems, found, seen = Problems(), [], set()
    body = Reader(content, problems)
    for reader in body.children("phrases")[:MOST_LINES]:
        one = Phrase(
            reader.text("words", required=True),
            reader.text("kind", WORD, choices=(WORD, SECRET)),
            reader.text("why"),
        )
        if not 2 <= len(one.words) <= LONGEST_PHRASE or "\n" in one.words:
            problems.add(reader.at("words"), f"用语应为 2 至 {LONGEST_PHRASE} 个字，写在一行内。")
        if one.words in seen:
            problems.add(reader.at("words"), f"“{one.words}”重复。")
        seen.add(one.words)
        found.append(one)
        reader.no_other_keys()
    if len(body.body.get("phrases") or ()) > MOST_LINES:
        problems.add("phrases", f"最多 {MOST_LINES} 条用语。")
    body.no_other_keys()
    problems.raise_if_any("发布检查用语")
    return PublishingRules(version, tuple(found))


def parse_sources(content: Mapping[str, Any], version: str) -> SourceRules:
    """Read the hosts; raises Invalid naming each wrong line."""
    problems, found = Problems(), []
    body = Reader(content, problems)
    for reader in body.children("hosts"):
        host = reader.text("host", required=True)
        reader.text("note")
        if not _HOST.fullmatch(host) or (host.startswith("*.") and host.count(".") < 2):
            problems.add(reader.at("host"), _WRONG_HOST)
        if host in found:
            problems.add(reader.at("host"), f"“{host}”重复。")
        found.append(host)
        reader.no_other_keys()
    body.no_other_keys()
    problems.raise_if_any("网站白名单")
    return SourceRules(version, tuple(found))
