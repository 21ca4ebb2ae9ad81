"""People's sampling of answers: drawn by rule and seed, judged twice independently, a disagreement by a third."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries import categories
from minhu.directory.queries.freshness import local_day
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.knowledge.domain.drawing import drawn
from minhu.knowledge.domain.keys import KEEPERS, PROGRAM, STAFF
from minhu.knowledge.domain.quality import JUDGED_ANSWERED, JUDGED_REFUSED, Judged
from minhu.knowledge.models import Asking, Judgement, Sample, SampleItem
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import Door, Outcome
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

MOST: Final = 500
LONGEST: Final = timedelta(days=366)
NO_MATTER: Final = ("empty", "not_a_question")
"""Reasons of askings that ask nothing; neither drawn nor counted."""
_LONGEST_NOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Draw:
    """What to draw: askings of these days (both included), how many, by which seed."""

    name: str
    first_day: date
    last_day: date
    size: int
    seed: int


def matters(rows: QuerySet[Asking]) -> QuerySet[Asking]:
    """Askings that asked something and were answered or refused; searches are no askings."""
    return rows.exclude(door=Door.SEARCH.value).exclude(reason__in=NO_MATTER)


def draw(wanted: Draw) -> int:
    """Draw a sample of the askings that the current actor keeps papers for; returns its id.

    Strata: answered by category of the document (its first level), and refused. Raises Invalid, NotAllowed.
    """
    _may()
    _check(wanted)
    with transaction.atomic(), reading() as keys:
        begin = datetime.combine(wanted.first_day, time(), CHINA_TIME)
        end = datetime.combine(wanted.last_day + timedelta(days=1), time(), CHINA_TIME)
        rows = {
            row[0]: row[1:]
            for row in matters(Asking.objects.filter(at__gte=begin, at__lt=end)).values_list(
                "id", "outcome", "category_code", "keys"
            )
        }
        members: dict[str, list[int]] = defaultdict(list)
        for pk, (outcome, code, _keys) in rows.items():
            members[stratum(outcome, code)].append(pk)
        chosen = drawn(members, wanted.size, wanted.seed)
        if not chosen:
            text = "这段时间没有可抽的提问，请换一段时间。"
            raise Invalid(text, fields={"first_day": text})
        sample = Sample.objects.create(
            name=wanted.name.strip()[:80], first_day=wanted.first_day, last_day=wanted.last_day, size=len(chosen),
            seed=wanted.seed, strata={name: len(ids) for name, ids in sorted(members.items())},
            drawn_by=current_actor().id, drawn_at=now(),
            keys=sorted({PROGRAM, KEEPERS} | ({STAFF} if KEEPERS in keys else {key for key in keys if key.startswith("k:")})),
        )  # fmt: skip
        SampleItem.objects.bulk_create(
            SampleItem(
                sample=sample, number=number, stratum=name, asking_id=pk, keys=rows[pk][2],
                answered=rows[pk][0] == Outcome.ANSWERED.value,
            )
            for number, (name, pk) in enumerate(chosen, 1)
        )  # fmt: skip
        ledger.append("knowledge.sample_drawn", ("sample", sample.pk), {"seed": wanted.seed, "size": len(chosen)})
        return int(sample.pk)


def stratum(outcome: str, category_code: str) -> str:
    """The stratum of an asking in words: its outcome, and the first level of the category where it has one."""
    found = categories.current().by_code.get(category_code)
    return f"{Outcome(outcome).said} · {found.path_names[0]}"[:80] if found else Outcome(outcome).said


def _check(wanted: Draw) -> None:
    wrong = {}
    if not wanted.name.strip():
        wrong["name"] = "请填写名称，例如“三月第二周抽检”。"
    if not wanted.first_day <= wanted.last_day <= local_day() or wanted.last_day - wanted.first_day > LONGEST:
        wrong["last_day"] = "请选择不晚于今天、不超过一年的起止日期。"
    if not 1 <= wanted.size <= MOST:
        wrong["size"] = f"请填写 1 到 {MOST} 之间的数。"
    if not 0 <= wanted.seed < 2**32:
        wrong["seed"] = "请填写不超过 10 位的正整数。"
    if wrong:
        raise Invalid("没有抽取，请改正。", fields=wrong)


def next_item(sample_id: int) -> int | None:
    """The next item that the current actor may judge: what wants a third first, then what one has judged; None: none left."""
    _may()
    with transaction.atomic(), reading():
        rows = list(SampleItem.objects.filter(sample_id=sample_id, final="").select_related("asking"))
        said: dict[int, list[str]] = defaultdict(list)
        with reading(SYSTEM):
            for item, judge in Judgement.objects.filter(item__in=[one.pk for one in rows]).values_list(
                "item_id", "judge"
            ):
                said[item].append(judge)
        actor = current_actor().id
        left = [one for one in rows if actor not in said[one.pk] and one.asking and one.asking.staff != actor]
        found = min(left, key=lambda one: (-len(said[one.pk]), one.number), default=None)
        return int(found.pk) if found else None


def judge(item_id: int, verdict: Judged, citation: bool | None = None, note: str = "") -> bool:
    """Keep what the current actor says of an item, once; gives whether the item is settled by it.

    ``citation``: whether the clause cited is right; asked of answers only. Raises Invalid for a verdict that does not fit
    the outcome, Conflict for who judged it before, asked it himself, or where it is settled; NotFound, NotAllowed.
    """
    _may()
    actor = current_actor()
    with transaction.atomic(), reading():
        item = SampleItem.objects.select_for_update(of=("self",)).select_related("asking").filter(pk=item_id).first()
        if item is None:
            raise NotFound("没有找到这一条，或者您无权评判。", code="no_such_item")
        _check_verdict(item, verdict, citation)
        with reading(SYSTEM):
            before = list(item.judgements.order_by("place"))
            if item.final or any(one.judge == actor.id for one in before):
                raise Conflict("您已经评过这一条，或者它已有结论。", code="judged_already")
            if item.asking is not None and item.asking.staff == actor.id:
                raise Conflict("这是您自己提的问，请由别人评判。", code="own_asking")
            own = Judgement.objects.create(
                item=item, judge=actor.id, place=len(before) + 1, verdict=verdict.value, at=now(), keys=[PROGRAM],
                citation=citation if item.answered else None, note=mask_personal(note.replace("\0", "").strip())[:_LONGEST_NOTE],
            )  # fmt: skip
            _conclude(item, [*before, own])
        payload = {"place": own.place, "verdict": verdict.value, "citation": own.citation}
        ledger.append("knowledge.answer_judged", ("sample_item", item.pk), payload)
        return bool(item.final)


def _conclude(item: SampleItem, said: list[Judgement]) -> None:
    """From the second judgement on they are seen; two that agree settle the item, else the third does."""
    if len(said) < 2:
        return
    Judgement.objects.filter(pk__in=[one.pk for one in said]).update(keys=item.keys)
    agreed = (said[0].verdict, said[0].citation) == (said[1].verdict, said[1].citation)
    last = said[-1]
    if agreed or len(said) > 2:
        item.final, item.citation = last.verdict, last.citation
    item.third = not agreed
    item.save(update_fields=["final", "citation", "third"])


def _check_verdict(item: SampleItem, verdict: Judged, citation: bool | None) -> None:
    fitting = JUDGED_ANSWERED if item.answered else JUDGED_REFUSED
    if verdict not in fitting:
        text = f"请选择：{'、'.join(one.said for one in fitting)}。"
        raise Invalid(text, fields={"verdict": text})
    if item.answered and citation is None:
        raise Invalid("请判断引用的条款是否正确。", fields={"citation": "请选择"})


def _may() -> None:
    if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不参加答复抽检。", code="no_sampling")
