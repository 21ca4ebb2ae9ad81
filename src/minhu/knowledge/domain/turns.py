"""Whether what stands at an address is still the paper that stood there, or has turned into something else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

LEAST_KEPT: Final = 0.1
"""Less of the words kept than this is another paper."""
LEAST_TITLE: Final = 0.4
SHORT: Final = 400
"""Characters of a page that may be a message of the site rather than a paper."""
_SIGN_IN: Final = re.compile(r"(?:统一身份认证|用户登录|账号登录|请(?:先)?登录|登录后(?:查看|访问)|扫码登录)")
_MESSAGE: Final = re.compile(
    r"(?:页面|网页|文件|内容|信息)(?:不存在|已删除|已被删除|找不到|未找到|走丢了)|\b404\b|not found|(?:系统|网站)(?:维护|升级|改版)"
    r"|访问(?:被拒绝|受限|被拦截|过于频繁)|验证码|安全验证|人机验证|域名.{0,6}(?:过期|出售|到期)",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[\n。；！？]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """A paper as it stood at an address: its media type, its title, its words."""

    media_type: str
    title: str
    text: str
    signs_in: bool = False


def turned(before: Seen | None, after: Seen) -> str:
    """Why ``after`` may be something else than a paper, or than ``before``; empty when nothing speaks for it."""
    short = len(after.text) <= SHORT
    if (after.signs_in and (short or before is not None)) or (short and _SIGN_IN.search(after.text)):
        return "网页变成了登录页" if before else "这是一个登录页，没有正文"
    if short and _MESSAGE.search(f"{after.title}\n{after.text}"):
        return "网页像是网站的提示信息（不存在、维护或验证），没有正文"
    if before is None:
        return ""
    if before.media_type != after.media_type:
        return "文件类型变了"
    if before.title and after.title and likeness(before.title, after.title) < LEAST_TITLE:
        return f"标题变成了“{after.title[:40]}”"
    if (share := kept(before.text, after.text)) < LEAST_KEPT:
        return f"内容与原来只有 {share:.0%} 相同"
    return ""


def likeness(first: str, second: str) -> float:
    """How alike two titles are, from 0 to 1."""
    return SequenceMatcher(None, first[:200], second[:200], autojunk=False).ratio()


def kept(before: str, after: str) -> float:
    """The share of words, by sentences and lines, that the longer of two texts has in common with the other."""
    old, new = (Counter(part.strip() for part in _PARTS.split(text) if part.strip()) for text in (before, after))
    same = sum(len(part) * count for part, count in (old & new).items())
    whole = max(sum(len(part) * count for part, count in one.items()) for one in (old, new))
    return same / whole if whole else 1.0
