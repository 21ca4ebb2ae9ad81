"""After the reply: citizens rate, agents call back, the centre closes or opens again, units ask for exclusions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from minhu.directory.queries.actors import citizen_actor
from minhu.evaluation.services import rate
from minhu.evaluation.types import Answers, RatingChannel
from minhu.handling.types import State, Step, StepData
from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo import world
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.stage import Action, Stage

_GRADES = ("satisfied", "mostly", "so_so", "dissatisfied")
_SOLVED, _UNSOLVED = (0.82, 0.13, 0.04, 0.01), (0.08, 0.24, 0.30, 0.38)
_ONLY_WITH: Mapping[str, tuple[str, ...]] = {
    "灯亮": ("灯",), "路补": ("路面", "坑"), "退钱": ("退", "费", "欠薪", "工资"), "水恢复": ("停水", "水管"), "孩子": ("学", "幼儿"),
    "网格员": ("垃圾", "村", "社区"), "老人": ("老人", "养老", "津贴"), "材料": ("办证", "登记", "证"), "照片": ("垃圾", "路", "整治"),
    "三个单位": ("推诿",), "小伙子": ("电话",), "说下个月": ("改造", "补贴"), "劝了": ("噪", "占道", "养犬", "停车"), "两桶水": ("停水",),
}  # fmt: skip
"""A comment that holds such a word fits only titles with one of these."""


def quality(unit_id: int) -> float:
    """How good a unit is, from 0.90 to 1.04: the same unit is always as good."""
    return 0.90 + 0.14 * Random(unit_id * 7919).random()


def call_back(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """Some rate by themselves, some are called, some are never reached and the rules close the order."""
    chance = case.rng.random()
    if chance < 0.34:
        moment = stage.soon(case.rng.uniform(20, 1900))
        asleep = moment.astimezone(CHINA_TIME).hour < 7
        return moment + timedelta(hours=7 if asleep else 0), _by_citizen
    if chance < 0.93:
        return stage.office(case.rng.uniform(60, 1000) * min(1.2, stage.busy)), _by_agent
    return None


def _answers(case: Case) -> Answers:
    rng, good = case.rng, quality(case.lead_id)
    responded = rng.random() < (0.97 if case.contacted else 0.3)
    solved = rng.random() < min(
        0.99, (0.93 if "unsolved" not in case.done else 0.36) * good + (0.0 if responded else -0.3)
    )
    grade = rng.choices(_GRADES, _SOLVED if solved else _UNSOLVED)[0]
    return Answers(responded=responded, solved=solved, satisfaction=grade, comment=_comment(case, grade))


def _comment(case: Case, grade: str) -> str:
    if case.rng.random() < (0.45 if grade == "satisfied" else 0.25):
        return ""
    rows = [row["text"] for row in world.load("replies_other")["ratings"] if row["satisfaction"] == grade]
    fitting = [
        text for text in rows
        if all(word not in text or any(x in case.message.title for x in titles) for word, titles in _ONLY_WITH.items())
        and ("列入计划" not in text or "unsolved" in case.done)
    ]  # fmt: skip
    return str(case.rng.choice(fitting or [""]))


def _by_citizen(stage: Stage, case: Case) -> None:
    answers = _answers(case)
    actor = citizen_actor((case.request_id,))
    if stage.attempt(case, "rate", lambda: rate(case.number, answers), actor):
        _after_rating(stage, case, answers)


def _by_agent(stage: Stage, case: Case) -> None:
    reached = case.rng.random() < 0.88
    answers = _answers(case) if reached else Answers(reached=False)
    actor = stage.cast.any("agent", case.rng)
    if stage.attempt(case, "rate", lambda: rate(case.number, answers, RatingChannel.CALLBACK), actor):
        _after_rating(stage, case, answers)


def _after_rating(stage: Stage, case: Case, answers: Answers) -> None:
    case.epoch += 1
    if answers.satisfaction == "dissatisfied":
        case.done.add("dissatisfied")
    if case.state is State.CLOSED:
        stage.follow(case)
    elif case.state is State.TO_CALL_BACK:
        again = answers.solved is False and case.rng.random() < (0.5, 0.25, 0.5, 0.0)[min(case.rounds, 3)]
        stage.plan(stage.office(case.rng.uniform(20, 300)), _reopen if again else _close, case)


def _reopen(stage: Stage, case: Case) -> None:
    actor = stage.cast.any(case.rng.choice(("dispatcher", "supervisor")), case.rng)
    reason = (
        "not_contacted"
        if case.contacted is None
        else case.rng.choice(("not_solved", "not_solved", "recurred", "quality"))
    )
    words = {
        "not_contacted": "群众反映承办单位未联系，请重新办理并当面沟通。",
        "not_solved": "回访群众表示问题未解决，请重新核实办理。",
        "recurred": "群众反映问题处理后又反弹，请查明原因、落实长效措施。",
        "quality": "答复没有回应群众的核心诉求，请重新办理。",
    }[reason]
    if stage.step(case, Step.REOPEN, actor, StepData(reason_code=reason, text=words)):
        case.rounds += 1
        case.contacted = None
        case.done -= {"contact", "unsolved", "wrong", "grid", "whistle", "extension", "suspend", "replied"}
        stage.follow(case)


def _close(stage: Stage, case: Case) -> None:
    actor = stage.cast.any("dispatcher", case.rng)
    words = "已按规定办理并向群众作了解释说明，予以办结。" if "unsolved" in case.done else "回访情况已登记，予以办结。"
    if stage.step(case, Step.CLOSE, actor, StepData(text=words)):
        stage.follow(case)


def after_close(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """A unit that thinks a bad rating unjust asks for its exclusion."""
    if "dissatisfied" in case.done and case.once("exclusion", 0.3 * stage.busy):
        return stage.office(case.rng.uniform(60, 900)), _ask_exclusion
    return None


def _ask_exclusion(stage: Stage, case: Case) -> None:
    code, words = case.rng.choice((
        ("no_legal_basis", "群众诉求缺少法律政策依据，已当面出示文件并解释两次，通话录音可查，申请剔除。"),
        ("malicious_rating", "问题已当场解决并经本人签字确认，回访时因赔偿金额未满足给出差评，附签字单，申请剔除。"),
        ("beyond_power", "事项需上级统筹资金后实施，已书面报告，超出本级职权，申请剔除。"),
        ("force_majeure", "受强降雨影响无法施工，天气预警和现场照片可查，申请剔除。"),
    ))  # fmt: skip
    data = StepData(reason_code=code, text=words)
    if stage.step(case, Step.ASK_EXCLUSION, stage.cast.handler(case.lead_id), data):
        stage.plan(stage.office(case.rng.uniform(200, 1400)), _decide_exclusion, case)


def _decide_exclusion(stage: Stage, case: Case) -> None:
    actor = stage.cast.any("supervisor", case.rng)
    if case.rng.random() < 0.45:
        data = StepData(text="证据充分，同意剔除；剔除前后的数据同时展示。")
        stage.step(case, Step.APPROVE_EXCLUSION, actor, data)
    else:
        stage.step(case, Step.REFUSE_EXCLUSION, actor, StepData(text="现有证据不足以证明与承办单位无关，不同意剔除。"))


def rate_answer(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """A fifth of those who were answered at once say how it was."""
    if case.kind != "matter" or not case.once("rates", 0.2):
        return None

    def say(stage: Stage, case: Case) -> None:
        grade = case.rng.choices(_GRADES, (0.86, 0.1, 0.03, 0.01))[0]
        answers = Answers(responded=True, solved=case.rng.random() < 0.96, satisfaction=grade)
        stage.attempt(case, "rate", lambda: rate(case.number, answers), citizen_actor((case.request_id,)))

    return stage.soon(case.rng.uniform(10, 900)), say
