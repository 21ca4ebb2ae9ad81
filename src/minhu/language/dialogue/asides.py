"""Clauses of a told matter that say nothing of it: greetings, forms of address, slow typing, age, the weather.

They are left out of the title and of what is read back; the citizen's words themselves stay whole.
"""

from __future__ import annotations

import re
from typing import Final

_CLAUSE: Final = re.compile(r"[^。！？!?；;，,、~～…\s]+")
_PARTICLE: Final = r"[啊呀哦噢喔呃嗯哈呢吧嘛了啦嘞哎唉喂的]*"
_ASIDES: Final = (
    # greetings and forms of address
    r"(?:你们?|您|大家)?好|早上好|上午好|中午好|下午好|晚上好|在吗|在不在|有人吗|听得(?:到|见|清)吗|hello|hi",
    r"(?:小)?(?:姑娘|小伙子?|同志|师傅|妹妹?|老师|美女|帅哥|大姐|阿姨|领导)们?",
    # courtesies
    r"(?:真是|实在)?(?:不好意思|打扰|打搅|对不起|抱歉)(?:你们?|您)?",
    r"(?:太|真是|非常)?(?:麻烦|辛苦|谢谢|感谢|多谢|拜托)(?:你们?|您|大家)?",
    r"(?:你们?|您)(?:别|不要|莫)(?:着急|急|介意|嫌我?(?:啰嗦|烦|慢))",
    # about the telling
    r"(?:我)?(?:这个?|这人)?(?:字)?打(?:字|得|起)?(?:字)?(?:得|打得)?(?:很|太|比较|有点儿?|特别)?(?:慢|不快|不(?:太)?好|不利索)",
    r"我?(?:不(?:太|大|怎么)?会|用不来|用不惯|不懂)(?:怎么)?(?:用|打|弄|玩)?(?:这个|手机|智能手机|电脑|字|打字|拼音)",
    r"我?(?:的)?普通话(?:说得|讲得)?(?:不(?:太)?好|不标准|不行|讲不好|说不好)",
    r"(?:我)?(?:慢慢|先|从头)(?:跟你|给你)?(?:说|讲|打)|(?:你)?听我(?:慢慢)?(?:说|讲)|(?:你)?(?:等|稍等)(?:我)?(?:一下|一会儿?|会儿?)",
    r"我(?:来)?(?:跟|和|给|同|向)(?:你们?|您)(?:说|讲|反映|唠|聊)(?:一下|个事|一个事|件事|一件事|个情况)?|(?:事情)?是(?:这样|这么回事)|(?:有|说)(?:这么)?(?:个|一个|件|一件)事",
    r"我?(?:想|要)?(?:问|说|讲|反映)(?:一?下|个事|一个事|个问题|一个问题|件事|一件事|个情况)",
    # about the teller's age
    r"我?(?:人|都|也|今年)?(?:已经)?(?:年纪|岁数)(?:大|老)|我?(?:都|也|人)?(?:已经)?老|我?(?:今年|都|已经)?[\d一二三四五六七八九十]{1,3}(?:多)?岁(?:多)?|我?(?:眼睛|眼)(?:花|不好|看不清)|我?耳朵(?:背|不好)",
    # the weather, the machine
    r"(?:今天|今朝|今儿)?天气(?:真|挺|很|太|蛮|好|老)?(?:好|不错|热|冷|凉快|闷)",
    r"(?:你(?:是|到底是))(?:不是)?(?:个)?(?:机器人?|真人|人工智能|AI)(?:吗)?|你(?:真|好|挺|蛮)(?:聪明|棒|厉害|快)",
)
_ASIDE: Final = re.compile(rf"{_PARTICLE}(?:{'|'.join(_ASIDES)})?{_PARTICLE}", re.IGNORECASE)


def without_asides(words: str) -> str:
    """The words without whole clauses that say nothing of a matter; '' where nothing else is said."""
    kept: list[str] = []
    at, sign = 0, ""
    for found in _CLAUSE.finditer(words):
        if _ASIDE.fullmatch(found.group()):
            sign = sign or words[at : found.start()]
            at = _past_the_sign(words, found.end())
            continue
        kept.append((sign if kept else "") + words[at : found.end()])
        at, sign = found.end(), ""
    return ("".join(kept) + (words[at:] if kept else "")).strip("，,、；;~～… \n\t")


def _past_the_sign(words: str, at: int) -> int:
    """Behind the sign that ends an aside, so that the next clause does not begin with it."""
    while at < len(words) and not _CLAUSE.match(words, at):
        at += 1
    return at
