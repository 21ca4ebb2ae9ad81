"""Whether a unit may have fed itself a request (自派自办, 虚假工单): signs that add up, as a pure rule.

Source: 'false (a unit feeding itself easy requests)' of the intake decision. No sign alone says anything: many people
tell of the same outage in like words, and good work is quick. It only asks a person to look; nothing is refused by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

AT_ONCE: Final = timedelta(hours=4)
"""From creation to closing; faster than a unit usually signs, goes there and calls back."""
WITHIN: Final = timedelta(days=30)
"""How far back other requests of the same unit are looked at."""
ALIKE: Final = 0.6
"""Likeness from which two requests count as near copies; 1 is identical."""
OTHERS: Final = 2
"""So many other requests of the same caller, or nearly the same words, are a sign."""
ENOUGH: Final = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a closed order: who brought it, how long it took, and the unit's others closed at once."""

    staff_phone: bool = False
    staff_entered: bool = False
    took: timedelta = AT_ONCE
    same_caller: int = 0
    copies: int = 0
    praise: bool = False


def suspicion(signs: Signs) -> tuple[str, ...]:
    """The signs in Chinese when they add up and somebody stands behind them; empty otherwise.

    Points: the telephone of the unit's own staff 3, the same caller 2, entered by the unit's own staff 1,
    near copies 1, closed at once 1, praise 1; four are enough, one of the first three must be among them.
    """
    caller, copies = signs.same_caller >= OTHERS, signs.copies >= OTHERS
    quick = signs.took < AT_ONCE
    if not (signs.staff_phone or signs.staff_entered or caller):
        return ()
    found = (
        (3, signs.staff_phone, "来电号码登记在承办单位人员名下"),
        (2, caller, f"同一号码近 {WITHIN.days} 天另有 {signs.same_caller} 件也由该单位很快办结"),
        (1, signs.staff_entered, "由承办单位自己的人员登记"),
        (1, copies, f"另有 {signs.copies} 件措辞几乎相同"),
        (1, quick, f"登记后 {max(1, round(signs.took.total_seconds() / 60))} 分钟即办结"),
        (1, signs.praise, "内容为表扬"),
    )
    points = sum(weight for weight, holds, _ in found if holds)
    return tuple(words for _, holds, words in found if holds) if points >= ENOUGH else ()
