"""A draft is played on past orders before it is published: a job that only reads, tells how far it is, and can be stopped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from minhu.directory.access import as_system, require
from minhu.directory.policy import Action
from minhu.directory.queries import advice
from minhu.directory.queries.trials import Trial, trial_of
from minhu.handling.models import Order, Simulation
from minhu.intake.queries import openings
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound

JOB: Final = "minhu.handling.simulate_draft"
KINDS: Final = ("catalogue", "duties")
BATCH: Final = 500
EXAMPLES: Final = 5
MOST_DAYS: Final = 366
SILENT: Final = timedelta(minutes=2)
_ALIVE: Final = (Simulation.State.QUEUED, Simulation.State.RUNNING, Simulation.State.STOPPING)


def ask(kind: str, version_id: int, since: datetime, until: datetime) -> int:
    """Have a version played on the orders created in [since, until); returns the id of the play.

    Raises NotAllowed, NotFound, Invalid for a wrong period, Conflict while another play of the version is alive.
    """
    require(Action.MANAGE_RULES)
    if kind not in KINDS or not since < until or until - since > timedelta(days=MOST_DAYS):
        raise Invalid(f"推演的期间不对：应为先后两天，最长 {MOST_DAYS} 天。", code="bad_period")
    trial, moment = trial_of(kind, version_id), now()
    with transaction.atomic():
        alive = Simulation.objects.filter(kind=kind, version_id=version_id, state__in=_ALIVE)
        if alive.filter(heard_at__gt=moment - SILENT).exists():
            raise Conflict("这一版正在推演，请等它完成或先停止。", code="simulation_runs")
        alive.update(state=Simulation.State.FAILED)
        made = Simulation.objects.create(
            kind=kind, version_id=version_id, number=trial.number, since=since, until=until, asked_at=moment,
            asked_by=current_actor().name[:64], heard_at=moment,
        )  # fmt: skip
        _defer(made.pk)
    return made.pk


def stop(simulation_id: int) -> None:
    """Stop a play at its next batch; what it has found so far is not shown as a result."""
    require(Action.MANAGE_RULES)
    found = Simulation.objects.filter(pk=simulation_id, state__in=_ALIVE)
    waiting = found.filter(state=Simulation.State.QUEUED).update(state=Simulation.State.STOPPED)
    if not waiting and not found.update(state=Simulation.State.STOPPING):
        raise NotFound("这次推演已经结束。", code="simulation_over")


def run(simulation_id: int) -> None:
    """Play a queued simulation to its end; called by the worker, outside of a transaction."""
    one = Simulation.objects.filter(pk=simulation_id, state=Simulation.State.QUEUED).first()
    if one is None:
        return
    mine = Simulation.objects.filter(pk=one.pk)
    try:
        trial = trial_of(one.kind, one.version_id)
        played = _play(one, trial, mine)
    except MinhuError:
        mine.update(state=Simulation.State.FAILED, heard_at=now())
        raise
    if played is None:
        mine.update(state=Simulation.State.STOPPED, heard_at=now())
    else:
        mine.update(state=Simulation.State.DONE, done=played.orders, result=played.as_result(), heard_at=now())


@dataclass
class _Played:
    """What was counted so far."""

    orders: int = 0
    same: int = 0
    closed: int = 0
    undecided: list[int] = field(default_factory=lambda: [0, 0])
    wrong: list[int] = field(default_factory=lambda: [0, 0])
    moves: Counter[tuple[int, int]] = field(default_factory=Counter)
    examples: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    load: tuple[Counter[int], Counter[int]] = field(default_factory=lambda: (Counter(), Counter()))

    def add(self, number: str, leads: tuple[int | None, int | None], answered: int | None) -> None:
        """Count one order; ``answered`` is the unit that answered it in the end, None while it is open."""
        self.orders += 1
        self.closed += answered is not None
        self.same += leads[0] == leads[1]
        for side, unit in enumerate(leads):
            self.undecided[side] += unit is None
            self.wrong[side] += answered is not None and unit is not None and unit != answered
            if unit is not None:
                self.load[side][unit] += 1
        if leads[0] != leads[1]:
            move = leads[0] or 0, leads[1] or 0
            self.moves[move] += 1
            if len(self.examples[move]) < EXAMPLES:
                self.examples[move].append(number)

    def as_result(self) -> dict[str, Any]:
        """The counts as stored; unit 0 is 'nobody, a person decides'."""
        units = sorted(
            {*self.load[0], *self.load[1]}, key=lambda unit: (-abs(self.load[1][unit] - self.load[0][unit]), unit)
        )
        return {
            "orders": self.orders, "same": self.same, "closed": self.closed, "undecided": self.undecided, "wrong": self.wrong,
            "moves": [[a, b, n, self.examples[a, b]] for (a, b), n in sorted(self.moves.items(), key=lambda m: (-m[1], m[0]))],
            "load": [[unit, self.load[0][unit], self.load[1][unit]] for unit in units],
        }  # fmt: skip


def _play(one: Simulation, trial: Trial, mine: QuerySet[Simulation]) -> _Played | None:
    """Count batch by batch, each in a transaction of its own; None when it was stopped."""
    played = _Played()
    with transaction.atomic(), as_system():
        total = _orders(one).count()
    mine.update(state=Simulation.State.RUNNING, total=total, heard_at=now())
    for rows, words in _batches(one, trial.reads_words):
        for _pk, number, request, category, area, kind, lead, closed in rows:
            matter = advice.matter_of(category, area, kind, words.get(request, ""))
            played.add(number, trial.leads(matter), lead if closed else None)
        going = mine.filter(state=Simulation.State.RUNNING).update(done=played.orders, heard_at=now())
        if not going:
            return None
    return played


def _orders(one: Simulation) -> QuerySet[Order]:
    return Order.objects.filter(
        created_at__gte=one.since, created_at__lt=one.until, category__isnull=False, dispatched_at__isnull=False
    )


def _batches(one: Simulation, reads_words: bool) -> Iterator[tuple[list[tuple[Any, ...]], dict[int, str]]]:
    last = 0
    while True:
        with transaction.atomic(), as_system():
            rows = list(
                _orders(one).filter(pk__gt=last).order_by("pk").values_list(
                    "pk", "number", "request_id", "category_id", "area_id", "request_type", "lead_unit_id", "closed_at"
                )[:BATCH]
            )  # fmt: skip
            words = openings(row[2] for row in rows) if reads_words and rows else {}
        if not rows:
            return
        yield rows, words
        last = rows[-1][0]


def _defer(simulation_id: int) -> None:
    from procrastinate.contrib.django import app

    app.configure_task(JOB, lock="simulation").defer(simulation_id=simulation_id)
