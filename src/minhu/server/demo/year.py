"""The year behind the demonstration city: played once, to its end, also when the first try was interrupted."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from minhu.engines.database import home_folder
from minhu.kernel import clock
from minhu.server.commands.simulate import processes, progress
from minhu.server.demo.simulator.run import has_orders, simulate

DAYS: Final = 365
RATE: Final = 8.0
SEED: Final = 12345


def load_year() -> None:
    """Play the year up to now unless the database has orders; an interrupted load goes on where it stopped."""
    plan = _read()
    if plan is None:
        if has_orders():
            return
        plan = {"until": clock.now().replace(microsecond=0).isoformat(), "seed": SEED, "done": False}
        _write(plan)
    if plan["done"]:
        return
    until = datetime.fromisoformat(plan["until"])
    with progress("装载演示城市：一年的诉求") as told:
        done = simulate(until - timedelta(days=DAYS), until, RATE, plan["seed"], workers=processes(), told=told)
    if done.stopped:
        raise KeyboardInterrupt
    _write({**plan, "done": True, "orders": sum(done.states.values()), "steps": done.steps, "seconds": done.seconds})
    words = f"云溪市：{sum(done.states.values())} 张工单，{done.steps} 个步骤，用时 {done.seconds} 秒。"
    print(words, file=sys.stderr)


def _marker() -> Path:
    return home_folder() / "demo.json"


def _read() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_marker().read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _write(plan: dict[str, Any]) -> None:
    _marker().write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
