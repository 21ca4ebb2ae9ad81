"""A short title from a text: the first clause that says what is wrong, without greetings."""

from __future__ import annotations

import re

from minhu.kernel.patterns import regex

_LIMIT = 30
_CLAUSE = regex(r"[^。！？!?；;\n，,]+")
_GREETING = regex(
    r"^(?:尊敬的[^，。：:！!]{0,14}?(?:领导|书记|市长|县长|区长|局长|主任|您好|你好)?[：:，,！!]?|(?:各位)?(?:领导|书记|市长|县长|区长)(?:们)?(?:您好|你们好|你好|好)?[：:，,！!]?|您好|你们好|你好|打扰了|喂|请问(?:一下)?|我想(?:咨询|反映|投诉|问|说)(?:一下)?|(?:我|本人)?(?:要|想|来)?(?:反映|投诉|举报|咨询)(?:一下)?(?:的是)?|关于|呃+|嗯+|那个)[\s：:，,！!]*"
)
_SAYS = regex(
    r"没有?|不|无|坏|停|漏|堵|乱|脏|臭|吵|噪|扰|欠|拖|骗|退|违|占|破|裂|塌|缺|难|慢|贵|涨|收费|怎么|如何|能否|是否|可以|希望|建议|请求|要求|申请|办理|咨询|感谢|表扬|投诉|举报|污染|施工|倒|冒|着火|困|打|偷|修|拆|补|赔"
)


def make_title(text: str, limit: int = _LIMIT) -> str:
    """At most ``limit`` characters; an empty text gives an empty title."""
    plain = re.sub(r"\s+", " ", text).strip()
    plain = _strip(plain)
    clauses = [clause.group().strip(" ：:、") for clause in _CLAUSE.finditer(plain)]
    clauses = [stripped for clause in clauses if len(stripped := _strip(clause)) >= 2]
    if not clauses:
        return plain[:limit]
    first = next((at for at, clause in enumerate(clauses[:6]) if len(clause) >= 4 and _SAYS.search(clause)), 0)
    title = clauses[first]
    if first and len(clauses[first - 1]) + len(title) < limit and len(title) < 14:
        title = f"{clauses[first - 1]}，{title}"
    return title if len(title) <= limit else title[: limit - 1] + "…"


def _strip(text: str) -> str:
    """Without greetings, however many stand in front."""
    while True:
        shorter = _GREETING.sub("", text, count=1)
        if shorter == text or not shorter:
            return text
        text = shorter
