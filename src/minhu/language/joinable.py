"""What keeps two requests apart that a rule might join: a loss of one's own, another estate, another building.

Patterns only, which rather see too much: what they see leaves the decision to a person.
"""

from __future__ import annotations

from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.sites import estate_names

_LOSS: Final = regex(
    r"[赔陪]偿|赔付|索赔|理赔|赔钱|要求赔|损失|受伤|[摔砸烫烧咬撞扭划]伤|骨折|流血|住院|急诊|医药费|医疗费|误工|退[款费钱]|押金|欠薪|工资|被[骗偷盗抢打]|诈骗"
    r"|呼吸机|制氧机|透析|[砸淹泡刮烧撞](?:坏|了|到|中)|(?:我|自己|本人|孩子|老人|父母|妻子|丈夫)[^，。！？]{0,10}(?:坏了|受损|生病|发烧|中毒|晕|病)"
)
_BUILDING: Final = regex(r"([0-9０-９一二三四五六七八九十]{1,3})(?:号楼|栋|幢|座)")
_HAN_NUMBERS: Final = str.maketrans("一二三四五六七八九", "123456789")


def named_loss(text: str) -> str:
    """The words that tell of a loss of one's own; empty when there are none."""
    found = _LOSS.search(text)
    return found.group() if found else ""


def same_estate(first: str, second: str) -> bool | None:
    """True: the second names every estate of the first and no different building; False: it does not; None: one names none.

    An area in front of a name does not count: 柳湾街道春晖小区 is 春晖小区.
    """
    mine, theirs = estate_names(first), estate_names(second)
    if not mine or not theirs:
        return None
    if not all(any(one.endswith(other) or other.endswith(one) for other in theirs) for one in mine):
        return False
    here, there = _buildings(first), _buildings(second)
    return not (here and there and here.isdisjoint(there))


def _buildings(text: str) -> set[str]:
    return {found.translate(_HAN_NUMBERS) for found in _BUILDING.findall(text)}
