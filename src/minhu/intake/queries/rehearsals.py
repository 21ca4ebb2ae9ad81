"""Surges played through with the city's own numbers; reads the rules, touches nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from minhu.intake.domain.rehearsal import Result, Setup, rehearse
from minhu.intake.models import Call, CallBackAsk, Talk, Utterance
from minhu.intake.queries import front_door


def played(setup: Setup) -> tuple[Result, Result]:
    """The same crowd in normal and in emergency mode."""
    rules = front_door.rules()
    return rehearse(setup, rules, emergency=False), rehearse(setup, rules, emergency=True)


def unaccounted(talks: Mapping[UUID, Sequence[str]], asks: Sequence[str]) -> int:
    """How many of the things that citizens were told were kept are not there exactly once; needs the scope over all talks.

    ``talks``: the keys of the messages acknowledged in each; ``asks``: the keys of call-backs. A talk that wanted a person
    and ended without one, and without a call-back, counts as lost too.
    """
    rows = Utterance.objects.filter(talk__uid__in=list(talks), key__isnull=False).values_list("talk__uid", "key")
    kept = Counter(rows)
    lost = sum(kept[uid, key] != 1 for uid, keys in talks.items() for key in keys)
    known = Talk.objects.filter(uid__in=list(talks))
    lost += len(talks) - known.count()
    asked = Counter(CallBackAsk.objects.filter(key__in=list(asks)).values_list("key", flat=True))
    lost += sum(asked[f"{key}"] != 1 for key in asks)
    ended = known.filter(state="ended", handed_at__isnull=False, taken_at=None, call_backs=None)
    return lost + ended.count()


def calls_unaccounted(source: str, keys: Sequence[str]) -> int:
    """How many calls that were rung in vain are not there exactly once, missed, over, and in the queue of call-backs."""
    rows = Call.objects.filter(source=source, key__in=list(keys), phase="over", outcome__in=("abandoned", "missed"))
    found = dict(rows.values_list("key", "uid"))
    asks = [f"call {uid.hex}" for uid in found.values()]
    asked = Counter(CallBackAsk.objects.filter(key__in=asks).values_list("key", flat=True))
    return len(keys) - sum(asked[one] == 1 for one in asks)


def waiting_alone(talks: Mapping[UUID, Sequence[str]]) -> int:
    """How many talks wanted a person and wait for one still, without a call-back; needs the scope over all talks."""
    return Talk.objects.filter(uid__in=list(talks), state="waiting", call_backs=None).count()


__all__ = ["Result", "Setup", "calls_unaccounted", "played", "unaccounted", "waiting_alone"]
