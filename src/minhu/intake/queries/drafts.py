"""The form of a talk as pages show it, and what is counted of all forms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.intake.models import Draft, Request
from minhu.intake.queries.talks import TalkView
from minhu.kernel.clock import now
from minhu.language.filling import entries as rules
from minhu.language.filling.entries import Entry
from minhu.language.filling.types import Field

MOST: Final = 20_000
"""Forms of one period that are counted."""


@dataclass(frozen=True, slots=True)
class DraftView:
    """A form: its entries, what it is called by, and how far it is."""

    uid: str
    turn: int
    since: int
    heard: int
    entries: Mapping[Field, Entry]
    first_word_at: datetime | None
    registered_at: datetime | None
    number: str
    """Of the request it became."""
    looked: str
    """The telephone whose history the holder has looked at."""


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """What became of the suggestions of one field."""

    field: Field
    accepted: int
    left: int
    corrected: int
    typed: int

    @property
    def suggested(self) -> int:
        """Forms in which something was read for it."""
        return self.accepted + self.left + self.corrected

    @property
    def taken(self) -> float | None:
        """Share of suggestions that were registered as they were read."""
        return (self.accepted + self.left) / self.suggested if self.suggested else None


@dataclass(frozen=True, slots=True)
class EntryFigures:
    """How long entering takes and what the suggestions are worth, over the forms registered in a period."""

    forms: int
    median_seconds: int | None
    """From the citizen's first word to the registration."""
    slow_seconds: int | None
    """The same of the slowest tenth."""
    typing_seconds: int | None
    """Median of the seconds in which keys were pressed."""
    fields: tuple[FieldFigures, ...]
    channels: tuple[tuple[str, int, int | None], ...]
    """Channel, forms, median seconds."""


def draft_of(talk: TalkView) -> DraftView | None:
    """The latest form of a talk that the reader was shown (``talk_for_staff``); None before anybody held it."""
    row = Draft.objects.filter(talk__uid=talk.uid).order_by("-turn").first()
    if row is None:
        return None
    number = (
        Request.objects.filter(pk=row.request_id).values_list("number", flat=True).first() if row.request_id else ""
    )
    return DraftView(
        row.uid.hex, row.turn, row.since, row.heard, rules.from_json(json.loads(row.fields)) if row.fields else {},
        row.first_word_at, row.registered_at, number or "", row.looked,
    )  # fmt: skip


def entry_figures(since: datetime, until: datetime | None = None) -> EntryFigures:
    """Figures of the forms registered in ``[since, until)``; for those who see figures. No words, no names."""
    require(Action.VIEW_FIGURES)
    with transaction.atomic(), elevated("counts and times of forms, no contents"):
        rows = list(
            Draft.objects.filter(registered_at__gte=since, registered_at__lt=until or now())
            .order_by("-registered_at")
            .values_list("first_word_at", "registered_at", "typing_seconds", "outcomes", "channel")[:MOST]
        )
    spent = sorted(_seconds(first, done) for first, done, *_ in rows if first and done)
    counts: dict[str, Counter[str]] = {field.value: Counter() for field in Field}
    for *_, outcomes, _channel in rows:
        for field, outcome in outcomes.items():
            if field in counts:
                counts[field][outcome] += 1
    by_channel: dict[str, list[int | None]] = {}
    for first, done, _typing, _outcomes, channel in rows:
        by_channel.setdefault(channel, []).append(_seconds(first, done) if first and done else None)
    return EntryFigures(
        len(rows), _at(spent, 0.5), _at(spent, 0.9), _at(sorted(row[2] for row in rows), 0.5),
        tuple(
            FieldFigures(field, row["accepted"], row["left"], row["corrected"], row["typed"])
            for field in Field if (row := counts[field.value]).total()
        ),
        tuple((name, len(all_), _at(sorted(one for one in all_ if one is not None), 0.5)) for name, all_ in sorted(by_channel.items())),
    )  # fmt: skip


def _seconds(first: datetime, done: datetime) -> int:
    return round((done - first).total_seconds())


def _at(values: list[int], share: float) -> int | None:
    return values[min(int(len(values) * share), len(values) - 1)] if values else None
