"""The assistants of the process on one page: what each reads and writes, by which engine, and what people make of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from minhu.directory.queries import rules
from minhu.directory.types import ProcessStep
from minhu.governance.briefing import Line
from minhu.governance.models import Brief
from minhu.handling.services.assisted import advice_counts, latest_advice
from minhu.intake.services.assisted import (
    ProposalRow,
    latest_proposals,
    latest_recommendations,
    may_look,
    proposal_counts,
)
from minhu.intake.types import Outcome, SuggestedField
from minhu.kernel.errors import NotFound

F = SuggestedField
S = ProcessStep
FIELDS: Final = {
    S.UNDERSTAND: (F.TITLE, F.REQUEST_TYPE, F.CATEGORY, F.PLACE), S.CHECK: (F.REPEAT,), S.DISPATCH: (F.UNIT,),
}  # fmt: skip
_STEP_OF: Final = {one.value: step for step, fields in FIELDS.items() for one in fields} | {"": S.ACCEPT}
SHOWN: Final = 50


@dataclass(slots=True)
class Tally:
    """What became of the newest proposals of one assistant."""

    ends: Counter[Outcome] = field(default_factory=Counter)
    makers: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None

    def add(self, end: Outcome, maker: str, count: int, last_at: datetime) -> None:
        """Count proposals of one maker with one end."""
        self.ends[end] += count
        self.makers[maker] += count
        self.last_at = max(self.last_at, last_at) if self.last_at else last_at

    @property
    def made(self) -> int:
        """All proposals looked at."""
        return self.ends.total()

    @property
    def decided(self) -> int:
        """Those on which a person decided."""
        return self.ends[Outcome.ACCEPTED] + self.ends[Outcome.CHANGED]

    @property
    def share(self) -> float | None:
        """Accepted of those on which a person decided (0 to 1); None before anybody has."""
        return self.ends[Outcome.ACCEPTED] / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Assistant:
    """One assistant: whether it works and how it did."""

    step: ProcessStep
    on: bool
    tally: Tally


def assistants() -> list[Assistant]:
    """All eight, in the order of the process; for whoever sees figures or switches them."""
    may_look()
    tallies = {step: Tally() for step in ProcessStep}
    for one in proposal_counts():
        if one.field in _STEP_OF:
            tallies[_STEP_OF[one.field]].add(one.outcome, one.maker, one.count, one.last_at)
    for advice in advice_counts():
        tallies[advice.step].add(advice.outcome, advice.maker, advice.count, advice.last_at)
    for brief in Brief.objects.all()[:400]:
        tallies[S.REPORT].add(_end_of(brief), brief.maker, 1, brief.made_at)
    switched = rules.assistants()
    return [Assistant(step, switched.on(step), tallies[step]) for step in ProcessStep]


def assistant(code: str) -> Assistant:
    """One of them; raises NotFound."""
    found = next((one for one in assistants() if one.step.value == code), None)
    if found is None:
        raise NotFound("没有这个流程助手。", code="no_such_assistant")
    return found


def latest(step: ProcessStep) -> list[ProposalRow]:
    """Its newest proposals, those that the actor may see."""
    if step is S.REPORT:
        return [
            ProposalRow("", f"{one.day:%Y-%m-%d}", "", one.maker, one.made_at, _end_of(one), one.published_by)
            for one in Brief.objects.all()[:SHOWN]
        ]
    if step is S.ACCEPT:
        return latest_recommendations(SHOWN)
    return latest_proposals(FIELDS[step], SHOWN) if step in FIELDS else latest_advice(step, SHOWN)


def _end_of(brief: Brief) -> Outcome:
    if brief.published_at is None:
        return Outcome.PENDING
    as_written = brief.text == "\n".join(Line.from_json(one).text for one in brief.lines)
    return Outcome.ACCEPTED if as_written else Outcome.CHANGED
