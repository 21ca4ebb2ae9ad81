"""Near the end: something for every desk (returns, extensions, pauses, whistles, grid tasks, replies to approve)."""

from __future__ import annotations

from datetime import timedelta

from minhu.handling.types import State
from minhu.server.demo.simulator import extras, office
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.stage import Action, Stage

BEFORE_END = timedelta(hours=3)
_WANTED: tuple[tuple[str, int, Action], ...] = (
    ("grid", 5, extras.pass_to_grid),
    ("whistle", 3, extras.whistle),
    ("return", 4, office.ask_return),
    ("extension", 4, extras.ask_extension),
    ("suspend", 3, extras.suspend),
)


def arrange(stage: Stage) -> None:
    """Plan within the last hours what is still missing on the desks."""
    working = [
        c
        for c in stage.recent()
        if c.state in (State.IN_PROGRESS, State.DISPATCHED) and not c.wrong and not c.waiting_assists
    ]
    working = [c for c in working if c.message.request_type in office.GRIEVANCES]
    working.sort(key=lambda case: (not case.key.startswith("sim") or "show" not in case.key, -case.moment.timestamp()))
    used: set[str] = set()
    for name, number, action in _WANTED:
        for case in [c for c in working if c.key not in used and _suits(c, name)][:number]:
            used.add(case.key)
            case.epoch += 1
            if name == "return":
                case.done.add("shirk")
            stage.plan(stage.until - timedelta(minutes=case.rng.uniform(4, 150)), action, case)
    for case in [c for c in working if c.key not in used and c.state is State.IN_PROGRESS][:6]:
        case.epoch += 1
        stage.plan(stage.until - timedelta(minutes=case.rng.uniform(5, 140)), office.reply_now, case)


def _suits(case: Case, name: str) -> bool:
    if name in ("extension", "suspend") and name in case.done:
        return False
    at_once = name in ("whistle", "grid", "return")  # the others need a signature
    return (at_once or case.state is State.IN_PROGRESS) and (name == "return" or extras.fits(case, name))
