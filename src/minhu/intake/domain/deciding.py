"""The intake recommendation: which row of the decision table fits. It recommends; people refuse.

Rules: intake decision table of the hotline rules (国办发〔2020〕53号, 国办发〔2022〕12号, 国办函〔2025〕66号); danger to life
goes before everything else.
"""

from __future__ import annotations

from typing import Final, Protocol

from minhu.intake.types import IntakeClass
from minhu.intake.understood import Decision
from minhu.language.types import Suggestion, Urgency

# what the language room calls a reason → the row of the shipped table; unknown ones fall to the class's first row
_ROWS: Final = {
    "emergency.crime": "emergency.110",
    "emergency.traffic": "emergency.122",
    "private.person": "private.others",
    "private.secret": "secret.state",
    "private.unlawful": "unlawful.demand",
    "elsewhere.army": "elsewhere.organ",
    "elsewhere.party": "elsewhere.organ",
    "elsewhere.place": "elsewhere.city",
    "repeated.closed": "repeated.handled",
    "no_content.venting": "venting",
    "no_content.no_demand": "venting",
}


class Row(Protocol):
    """A row of the decision table."""

    @property
    def code(self) -> str: ...
    @property
    def intake_class(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def wording(self) -> str: ...


class Table(Protocol):
    """The decision table."""

    def row(self, code: str, intake_class: str = "accept") -> Row: ...


class Switches(Protocol):
    """The automation rule, as far as acceptance goes."""

    @property
    def auto_accept(self) -> bool: ...
    @property
    def accept_confidence(self) -> float: ...


def decide(danger: Urgency, reading: Suggestion, table: Table) -> Decision:
    """Recommend a class; `reading` is what the language room makes of the words."""
    if danger.life_danger:
        row = table.row(f"emergency.{danger.hand_over}", "emergency")
        return _decision(row, "；".join(danger.reasons[:3]), danger.confidence, danger.maker)
    row = table.row(_ROWS.get(reading.code, reading.code), reading.value)
    return _decision(row, reading.basis, reading.confidence, reading.maker)


def as_repeat(table: Table, basis: str, score: float) -> Decision:
    """The recommendation when the same caller has said the same before: join the two, by a person."""
    return _decision(table.row("repeated.open", "repeated"), basis, score, "repeats/1")


def may_accept(decision: Decision, switches: Switches) -> bool:
    """Whether the automation rule accepts without a person: plain acceptance above the threshold, nothing else."""
    return (
        switches.auto_accept
        and decision.action == "accept"
        and decision.recommended is IntakeClass.ACCEPT
        and decision.confidence >= switches.accept_confidence
    )


def _decision(row: Row, why: str, confidence: float, maker: str) -> Decision:
    return Decision(
        recommended=IntakeClass(row.intake_class),
        reason_code=row.code,
        basis=f"{row.title}：{why}。依据：{row.basis}" if why else f"{row.title}。依据：{row.basis}",
        wording=row.wording,
        confidence=round(confidence, 4),
        maker=maker,
        action=row.action,
    )
