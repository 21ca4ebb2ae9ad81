"""By which names in different papers are known to be the same: a matter, a material, a unit, a policy."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.synonyms import families
from minhu.language.papers.triples import Relation

LONGEST_KEY: Final = 64
LEAST_KEY: Final = 3
_QUOTES: Final = regex(r"[“”\"'‘’《》〈〉「」]|（[^（）]*）|\([^()]*\)")
_BROKEN: Final = regex(r"[？?：:，,。；;！!]")
_YEAR: Final = regex(r"^\d{4}年度?")
_ENDS: Final = regex(
    r"(?:的|申请|申领|办理|申报|申办|发放|保障|管理|服务|政策|事项|程序|流程|规则|标准|工作|规程|须知|指引|和|及|、|补换|缴费|交纳|参保|审批|有关|相关)+$"
)
_STARTS: Final = regex(r"^(?:关于|办理|申请|申领|本市|全市|市级|我市|继续|实施|加快|做好|调整|明确|放宽)+")
_COPIES: Final = regex(
    r"(?:的?(?:原件|复印件|扫描件|各)?(?:及|和|、)?(?:原件|复印件|扫描件)|[一二三两\d]式?[一二三两三\d]*份|[一二两三\d]+张|，.*)+$"
)
_OWN: Final = regex(r"^(?:本人|申请人|双方|有效|您的|个人|有效的|申请人的|本人的)+")
_PLACE: Final = regex(
    r"^(?:所在地|当地|属地|各|辖区|户籍地|居住地)?(?:区县|县区|市级|县级|区级|市(?!场|长|政)|区|县)?(?:人民政府(?=.))?"
)
_MARKS: Final = regex(r"[^\w]+")


def key_of(relation: Relation, thing: str) -> str:
    """The name under which a thing of a matter is merged with the same thing of another paper."""
    plain = _plain(_QUOTES.sub("", thing))
    if relation is Relation.MATERIAL:
        plain = _OWN.sub("", _COPIES.sub("", plain)) or plain
    elif relation is Relation.UNIT:
        plain = _PLACE.sub("", plain) or plain
    return _bare(_one_word(plain)) or _bare(thing)


def matter_key(topic: str) -> str:
    """The name under which papers of one matter come together: 清江区公共租赁住房申请 and 公租房保障 are one."""
    plain = _YEAR.sub("", _plain(_QUOTES.sub("", topic)))
    first = _BROKEN.split(plain)[0]
    plain = first if len(first) >= 4 else plain
    whole = _one_word(_STARTS.sub("", plain))
    core = _ENDS.sub("", whole)
    return _bare(core if len(core) >= LEAST_KEY else whole) or _bare(topic)


def named(key: str, words: str) -> bool:
    """Whether a text speaks of the matter with this key."""
    return key in _bare_whole(_one_word(_plain(words)))


def _bare_whole(text: str) -> str:
    return _MARKS.sub("", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().strip()


def _bare(text: str) -> str:
    return _MARKS.sub("", text)[:LONGEST_KEY]


@cache
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    """Each word that has others for the same thing, longest first, and the one that stands for all of them.

    A word of two families stands for itself.
    """
    known: dict[str, str] = {}
    for family in families():
        first = max(family, key=len)
        for word in family:
            known[word] = word if word in known else first
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True)))), known


def _one_word(text: str) -> str:
    shape, known = _words()
    return shape.sub(lambda found: known[found[0]], text)
