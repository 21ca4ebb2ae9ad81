"""The year behind the demonstration city: played once, to its end, also when the first try was interrupted.

``MINHU_HOME/demo.json`` says how far it is; pages read from there how much is still to come.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from minhu.engines.database import home_folder
from minhu.kernel import clock
from minhu.server.commands.simulate import processes, progress
from minhu.server.demo.accounts import PLAN
from minhu.server.demo.simulator.run import has_orders, simulate

DAYS: Final = 365
RATE: Final = 8.0
SEED: Final = 12345


def load_year(*, gentle: bool = False) -> None:
    """Play the year up to now unless the database has orders; an interrupted load goes on where it stopped.

    The last days come first. ``gentle``: leave people at work the processor.
    """
    plan = _read()
    if plan is None or (plan["done"] and not has_orders()):
        if has_orders():
            return
        end = clock.now().replace(microsecond=0).isoformat()
        plan = {"until": end, "seed": SEED, "done": False, "share": 0.0, "front": False, "scenes": False}
        _write(plan)
    if plan["done"]:
        return
    until = datetime.fromisoformat(plan["until"])
    with progress("装载演示城市：一年的诉求") as told:

        def hear(share: float, front: bool) -> None:
            _write({**plan, "share": round(share, 3), "front": front})
            told(share, front)

        done = simulate(
            until - timedelta(days=DAYS), until, RATE, plan["seed"], workers=processes(), told=hear, gentle=gentle
        )
    if done.stopped:
        raise KeyboardInterrupt
    figures = {"orders": sum(done.states.values()), "steps": done.steps, "seconds": done.seconds}
    _write({**plan, "done": True, "share": 1.0, "front": True, **figures})
    words = f"云溪市：{figures['orders']} 张工单，{done.steps} 个步骤，用时 {done.seconds} 秒；接着装载文件、会话、来电、通告和留言。"
    print(words, file=sys.stderr)


def scenes_are_there() -> None:
    """What comes after the year (papers, talks, calls, boards) is there too: pages stop telling of a load."""
    plan = _read()
    if plan is not None and not plan.get("scenes", True):
        _write({**plan, "scenes": True})
        print("云溪市：文件、会话、来电、通告和留言也已装载，演示城市齐全。", file=sys.stderr)


def _marker() -> Path:
    return home_folder() / PLAN


def _read() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_marker().read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _write(plan: dict[str, Any]) -> None:
    """Renamed into place: whoever reads finds a whole file."""
    fresh = _marker().with_suffix(".new")
    fresh.write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    fresh.replace(_marker())
