"""The intake decision table, the reason codes and the automation switches, as types.

Source: 国办发〔2020〕53号, 国办发〔2022〕12号 and 国办函〔2025〕66号 for what a hotline accepts and where it sends the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from minhu.directory.domain.reading import Problems, Reader

INTAKE_CLASSES: Final = (
    "accept", "emergency", "legal_route", "secret_or_private", "malicious", "elsewhere", "repeated", "no_content",
)  # fmt: skip
INTAKE_ACTIONS: Final = ("accept", "hand_over", "refuse", "mark", "merge", "ask", "listen")


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One line: what a class of request means, on which basis, and what the citizen is told."""

    code: str
    intake_class: str
    action: str
    title: str
    basis: str
    wording: str
    hand_over: str = ""

    @property
    def needs_person(self) -> bool:
        """Whether a person must confirm (every refusal, mark, hand-over and merge)."""
        return self.action != "accept"


@dataclass(frozen=True)
class IntakeRules:
    """A version of the decision table; every class has at least one row, the first is its default."""

    version: str
    rows: tuple[IntakeRow, ...]

    @cached_property
    def _by_code(self) -> dict[str, IntakeRow]:
        return {row.code: row for row in self.rows}

    @cached_property
    def _by_class(self) -> dict[str, IntakeRow]:
        return {row.intake_class: row for row in reversed(self.rows)}

    def row(self, code: str, intake_class: str = "accept") -> IntakeRow:
        """The row of a reason code; for an unknown one the default row of ``intake_class``."""
        return self._by_code.get(code) or self._by_class[intake_class]

    def of_class(self, intake_class: str) -> tuple[IntakeRow, ...]:
        """All rows of a class, for the choice on a page."""
        return tuple(row for row in self.rows if row.intake_class == intake_class)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that a person may choose for a step."""

    code: str
    label: str
    needs_evidence: bool = False


@dataclass(frozen=True)
class Reasons:
    """Reason codes by step (``refuse``, ``ask_return`` …) and by question (``not_solved``, ``exclusion``)."""

    version: str
    groups: Mapping[str, tuple[Reason, ...]]

    def of(self, group: str) -> tuple[Reason, ...]:
        """The reasons of a step; empty when the step knows none."""
        return self.groups.get(group, ())

    def find(self, group: str, code: str) -> Reason | None:
        """One reason, or None when the code is not in the group."""
        return next((reason for reason in self.of(group) if reason.code == code), None)

    def label(self, group: str, code: str) -> str:
        """The words of a code; the code itself when it is no longer in the table."""
        found = self.find(group, code)
        return found.label if found else code


@dataclass(frozen=True, slots=True)
class DispatchLine:
    """Automatic dispatch allowed for everything below ``category`` from ``confidence`` on."""

    category: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Automation:
    """What may happen without a person. Automatic dispatch is off unless the city switches it on."""

    version: str
    auto_accept: bool
    accept_confidence: float
    auto_dispatch: bool
    dispatch_lines: tuple[DispatchLine, ...]
    repeat_likeness: float
    repeat_days: int
    ask_place_below: float
    incident_count: int = 10
    """So many like matters of one street within ``incident_minutes`` are shown as a possible incident."""
    incident_minutes: int = 180
    incident_undo_seconds: int = 60
    """How long a reply to everybody of an incident waits, so that it can be taken back."""
    new_type_share: float = 0.02
    """So many of the known matters are as strange as one that is marked as a new type; 0: nothing is marked."""
    auto_join: bool = False
    """A request that surely is the same matter joins the running order by itself."""
    auto_join_score: float = 0.97
    """From which chance on, as the model of matters gives it."""
    auto_join_hours: int = 72
    reply_approver: str = "unit_head"
    """Who reads a public reply before the citizen does: ``unit_head`` or ``supervisor``."""
    close_without_answer: bool = True
    """An order whose callback period passes without an answer is closed by rule."""
    draft_for_staff: bool = False
    """A chat model words answers from papers at the desk; each sentence is checked against its clause."""
    draft_for_public: bool = False
    """The same on the public page, in the window and for programs."""

    def dispatch_line(self, category_path: str, confidence: float) -> DispatchLine | None:
        """The line that allows automatic dispatch (the deepest category decides), else None."""
        if not self.auto_dispatch:
            return None
        nodes = category_path.split("/")
        lines = [line for line in self.dispatch_lines if line.category in nodes]
        deepest = max(lines, key=lambda line: nodes.index(line.category), default=None)
        return deepest if deepest and confidence >= deepest.confidence else None


def parse_intake(content: Mapping[str, Any], version: str) -> IntakeRules:
    """Read the decision table; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    rows = []
    for reader in body.children("rows"):
        rows.append(
            IntakeRow(
                code=reader.text("code", required=True),
                intake_class=reader.text("class", required=True, choices=INTAKE_CLASSES),
                action=reader.text("action", required=True, choices=INTAKE_ACTIONS),
                title=reader.text("title", required=True),
                basis=reader.text("basis", required=True),
                wording=reader.text("wording", required=True),
                hand_over=reader.text("hand_over"),
            )
        )
        reader.no_other_keys()
    body.no_other_keys()
    codes: set[str] = set()
    for number, row in enumerate(rows, 1):
        if row.code in codes:
            problems.add(f"rows[{number}].code", f"代码“{row.code}”重复。")
        codes.add(row.code)
    for name in INTAKE_CLASSES:
        if not any(row.intake_class == name for row in rows):
            problems.add(f"rows({name})", f"受理类别“{name}”至少要有一行。")
    problems.raise_if_any("受理规则")
    return IntakeRules(version, tuple(rows))


def parse_reasons(content: Mapping[str, Any], version: str) -> Reasons:
    """Read the reason codes; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    names = body.named("groups")
    groups_reader = body.child("groups")
    groups: dict[str, tuple[Reason, ...]] = {}
    for name in names:
        readers = groups_reader.children(name)
        found = []
        for reader in readers:
            found.append(
                Reason(
                    reader.text("code", required=True),
                    reader.text("label", required=True),
                    reader.flag("needs_evidence"),
                )
            )
            reader.no_other_keys()
        if len({reason.code for reason in found}) != len(found):
            problems.add(f"groups.{name}", "代码有重复。")
        groups[name] = tuple(found)
    body.no_other_keys()
    problems.raise_if_any("原因代码")
    return Reasons(version, groups)


def parse_automation(content: Mapping[str, Any], version: str) -> Automation:
    """Read the automation switches; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    lines = []
    for reader in body.children("dispatch_lines"):
        lines.append(DispatchLine(reader.text("category", required=True), reader.number("confidence", 0.98, 0.5)))
        reader.no_other_keys()
    switches = Automation(
        version=version,
        auto_accept=body.flag("auto_accept", True),
        accept_confidence=body.number("accept_confidence", 0.6),
        auto_dispatch=body.flag("auto_dispatch"),
        dispatch_lines=tuple(lines),
        repeat_likeness=body.number("repeat_likeness", 0.75),
        repeat_days=body.count("repeat_days", 30, 1, 3650),
        ask_place_below=body.number("ask_place_below", 0.6),
        incident_count=body.count("incident_count", 10, 2, 100_000),
        incident_minutes=body.count("incident_minutes", 180, 5, 10_080),
        incident_undo_seconds=body.count("incident_undo_seconds", 60, 0, 3600),
        new_type_share=body.number("new_type_share", 0.02),
        auto_join=body.flag("auto_join"),
        auto_join_score=body.number("auto_join_score", 0.97, 0.9),
        auto_join_hours=body.count("auto_join_hours", 72, 1, 720),
        reply_approver=body.text("reply_approver", "unit_head", choices=("unit_head", "supervisor")),
        close_without_answer=body.flag("close_without_answer", True),
        draft_for_staff=body.flag("draft_for_staff"),
        draft_for_public=body.flag("draft_for_public"),
    )
    body.no_other_keys()
    problems.raise_if_any("自动化规则")
    return switches
