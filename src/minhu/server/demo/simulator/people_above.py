"""Those who look from above: supervisors and leaders who supervise in person, citizens who take a request back."""

from __future__ import annotations

from minhu.handling.types import LIVE_STATES, Step, StepData
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.office import withdraw
from minhu.server.demo.simulator.stage import Stage

_LEADER = ("请承办单位高度重视，今日内现场查看，拿出解决办法报我。", "群众的急难愁盼要马上办，结果请督办科跟踪到底。")
_REASONS = {
    "reminder": (
        "来电人多次询问进展，请尽快联系并告知安排。",
        "请对照时限抓紧办理，避免超期。",
        "请今日内补充登记联系情况。",
    ),
    "supervision": ("同类问题近期反映较多，请举一反三排查整改，按时书面回执。", "请单位负责人带队到现场办理并回执。"),
    "escalation": ("督办后仍无实质进展，提级督办，请分管负责人当面汇报处理方案。",),
}


def plan(stage: Stage, case: Case) -> None:
    """Decide at the beginning of a matter whether somebody above will look into it, or the citizen take it back."""
    rng = case.rng
    if case.kind not in ("matter", "repeat") or case.message.request_type in ("consultation", "praise"):
        return
    if rng.random() < 0.025 * stage.busy:
        stage.plan(stage.office(rng.uniform(300, 2400)), supervise, case, lapses=False)
    if rng.random() < 0.018:
        stage.plan(stage.soon(rng.uniform(60, 4000)), withdraw, case, lapses=False)


def supervise(stage: Stage, case: Case) -> None:
    """A person presses."""
    rng = case.rng
    if (
        case.state not in LIVE_STATES
        or not case.lead_id
        or case.state.value in ("to_call_back", "replied", "to_dispatch")
    ):
        return
    if rng.random() < 0.2:
        actor, level, words = stage.cast.any("leader", rng), "supervision", rng.choice(_LEADER)
    else:
        actor = stage.cast.any("supervisor", rng)
        level = rng.choices(("reminder", "supervision", "escalation"), (6, 3, 1))[0]
        words = rng.choice(_REASONS[level])
    stage.step(case, Step.SUPERVISE, actor, StepData(text=words, level=level, unit_id=case.lead_id))
