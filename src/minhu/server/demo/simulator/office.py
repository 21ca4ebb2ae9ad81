"""The units at work: sign, call the citizen, ask for more time, go there, reply, approve, answer supervision."""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.units import unit_info
from minhu.directory.types import UnitKind
from minhu.handling.queries import visible_orders
from minhu.handling.queries.supervised import waiting_receipts
from minhu.handling.types import LIVE_STATES, State, Step, StepData
from minhu.intake import services as intake
from minhu.kernel.actors import SYSTEM
from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo import texts, world
from minhu.server.demo.simulator import extras
from minhu.server.demo.simulator.afterwards import quality
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.stage import Action, Stage, pick

GRIEVANCES = frozenset({"complaint", "help", "report"})
_MEASURES = (
    "现场核查、处置并拍照留存",
    "电话沟通、现场查看、落实整改",
    "约谈责任方并督促整改，安排复查",
    "核对资料、协调相关单位并答复",
)


def words_of_day(moment: datetime) -> str:
    """A day as a reply names it."""
    local = moment.astimezone(CHINA_TIME)
    return f"{local.month}月{local.day}日"


def sign(stage: Stage, case: Case) -> tuple[datetime, Action]:
    """The unit finds the order in its inbox."""
    rng, unit = case.rng, unit_info(case.lead_id)
    slow = 1.9 - quality(case.lead_id)
    minutes = (
        rng.lognormvariate(3.4, 0.75) * slow if rng.random() > 0.04 * min(1.6, stage.busy) else rng.uniform(130, 400)
    )
    return stage.within(case, stage.office(minutes, unit.hours if unit else "office"), 60, 15), _sign


def _sign(stage: Stage, case: Case) -> None:
    if case.wrong and case.rng.random() < 0.5:
        ask_return(stage, case)
        return
    if stage.step(case, Step.SIGN, stage.cast.handler(case.lead_id)):
        extras.more_words(stage, case)
        stage.follow(case)


def work(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """The next thing to do on a signed order."""
    rng, asks = case.rng, case.message.request_type not in GRIEVANCES
    if case.wrong:
        return stage.office(rng.uniform(15, 150)), ask_return
    if case.once("contact", 0.965):
        moment = stage.office(rng.uniform(15, 300))
        if case.deadline_key in ("daily_life", "heating", "wages", "night_noise") and rng.random() > 0.05:
            moment = min(moment, stage.soon(rng.uniform(6, 100)))
        return stage.within(case, moment, 110, 28), _contact
    if not asks and case.once("shirk", 0.035 * stage.busy):
        return stage.office(rng.uniform(20, 300)), ask_return
    for name, chance, action in extras.UNUSUAL:
        if not asks and extras.fits(case, name) and case.once(name, min(0.5, chance * stage.busy)):
            return stage.office(rng.uniform(30, 420)), action
    return _reply_moment(stage, case), reply_now


def _contact(stage: Stage, case: Case) -> None:
    result = case.rng.choice([text for text in world.load("replies_other")["contacts"] if _fits(case, text)])
    if case.message.request_type not in GRIEVANCES:
        result = "已电话联系来电人，了解具体情况和需求。"
    if stage.step(case, Step.CONTACT, stage.cast.handler(case.lead_id), StepData(text=result, contact_result=result)):
        case.contacted = stage.now
        stage.follow(case)


def _fits(case: Case, text: str) -> bool:
    """What a contact record says of the caller must be true of this one."""
    true = {
        "保密": case.confidential,
        "老年人": case.message.voice == "elderly",
        "情绪激动": case.message.voice == "angry",
    }
    return all(holds or word not in text for word, holds in true.items())


def ask_return(stage: Stage, case: Case) -> None:
    """The order is not ours: names whose it is; a unit that shirks names somebody else."""
    rng = case.rng
    shirks = not case.wrong
    right_id = extras.somebody_else(case) if shirks else case.right_id
    right = unit_info(right_id)
    if right is None or right.id == case.lead_id:
        stage.follow(case)
        return
    rows = [row for row in world.load("replies_other")["returns"] if row["reason"] not in ("unclear", "repeat")]
    row = pick(rng, rows, reason=rng.choice(("not_our_duty", "lead_elsewhere", "not_our_duty", "other_level")))
    words = f"经核查，此事项的主管职责在{right.label}，我单位无相应权限，已电话告知来电人，申请改派。"
    if rng.random() < 0.35 and case.message.place_text and case.message.category_code.startswith(row.get("about", "")):
        words = texts.fill(rng, row["text"], {"right_unit": right.label, "place": case.message.place_text})
    data = StepData(reason_code=row["reason"], text=words, unit_id=right.id)
    if stage.step(case, Step.ASK_RETURN, stage.cast.handler(case.lead_id), data):
        if "refused_once" in case.done or case.returns >= 2:
            case.done.add("arbitrated")
        if shirks:
            case.done.add("refused_once")
            case.done.discard("shirk") if rng.random() < 0.3 else None
        stage.follow(case)
    else:
        case.wrong = False
        stage.follow(case)


def judge_or_wait(stage: Stage, case: Case) -> tuple[datetime, Action]:
    """A suspended order is taken up again after some days."""
    return stage.soon(case.rng.uniform(2, 9) * 1440), _resume


def _resume(stage: Stage, case: Case) -> None:
    if stage.step(case, Step.RESUME, stage.cast.handler(case.lead_id), StepData(text="条件已具备，恢复办理。")):
        stage.follow(case)


def _due(case: Case) -> datetime | None:
    return visible_orders(SYSTEM).filter(number=case.number).values_list("due_at", flat=True).first()


def _reply_moment(stage: Stage, case: Case) -> datetime:
    """Mostly within the time, now and then after it; by day unless it is urgent."""
    rng, due = case.rng, _due(case)
    if due is None or due <= stage.now:
        return stage.office(rng.uniform(30, 500))
    late = rng.random() < 0.055 * (2.0 - quality(case.lead_id)) * stage.busy
    share = rng.uniform(1.05, 1.7) if late else 0.06 + 0.85 * rng.betavariate(1.8, 2.2)
    moment = stage.now + (due - stage.now) * share
    hour = moment.astimezone(CHINA_TIME).hour
    if case.urgency == "normal" and not 8 <= hour < 19:
        shifted = moment.astimezone(CHINA_TIME).replace(hour=9, minute=rng.randrange(5, 59))
        shifted += timedelta(days=hour >= 19)
        moment = shifted if late or shifted < due else moment
    if case.urgency == "urgent" and hour < 7:
        morning = moment.astimezone(CHINA_TIME).replace(hour=7, minute=rng.randrange(10, 59))
        moment = morning if morning < due else moment
    return max(moment, stage.soon(2))


def reply_now(stage: Stage, case: Case) -> None:
    rng = case.rng
    solved = "replied" in case.done or rng.random() < (0.87 if case.message.urgency == "normal" else 0.99) * quality(
        case.lead_id
    )
    case.done.discard("unsolved")
    if not solved:
        case.done.add("unsolved")
    visit = case.contacted or stage.now
    days = {"date": words_of_day(visit), "date2": words_of_day(stage.now)}
    if days["date"] == days["date2"]:
        days["date2"] = "当日"
    reply = texts.compose_reply(rng, case.message, solved=solved, dates=days)
    reason = (
        ""
        if solved
        else rng.choice(("暂不具备解决条件", "诉求无法律政策依据", "属民事纠纷，已引导依法解决", "已列入计划逐步解决"))
    )
    files = _photos(stage, case) if solved and case.message.request_type in GRIEVANCES else ()
    asks = case.message.request_type not in GRIEVANCES
    data = StepData(
        reply=reply, measures="电话解答" if asks else rng.choice(_MEASURES), solved=solved, not_solved_reason=reason,
        text="协办单位的情况已电话汇总，不再等待。" if case.waiting_assists else "", attachment_ids=files,
    )  # fmt: skip
    if stage.step(case, Step.REPLY, stage.cast.handler(case.lead_id), data):
        case.done.add("replied")
        case.waiting_assists.clear()
        stage.follow(case)


def _photos(stage: Stage, case: Case) -> tuple[int, ...]:
    """A picture of what was done, with one reply in sixteen."""
    actor = stage.cast.handler(case.lead_id)
    if actor is None or case.rng.random() > 0.06:
        return ()
    ids: list[int] = []
    file = case.photo()
    stage.attempt(case, "attach", lambda: ids.extend(intake.attach(case.request_id, [file], kind="reply")), actor)
    return tuple(ids)


def approve(stage: Stage, case: Case) -> tuple[datetime, Action]:
    """Somebody else reads the reply first."""
    moment = stage.office(case.rng.uniform(12, 260) * min(1.5, stage.busy))
    return stage.within(case, moment, 120, 30), _approve


def _approve(stage: Stage, case: Case) -> None:
    head = stage.cast.head(case.lead_id)
    writer = stage.cast.handler(case.lead_id)
    central = head is None or head == writer or case.sensitive or case.rng.random() < 0.15
    actor = stage.cast.any("supervisor", case.rng) if central or head is None else head
    if case.once("rework", 0.05):
        words = case.rng.choice(
            (
                "答复未说明处理结果和时间，请补充后重新提交。",
                "请补充现场核查情况和整改照片说明。",
                "答复未回应来电人的全部诉求，请逐项答复。",
            )
        )
        done = stage.step(case, Step.REJECT_REPLY, actor, StepData(text=words))
    else:
        done = stage.step(case, Step.APPROVE_REPLY, actor)
        if not done and actor is head:  # sensitive matters are read at the centre
            done = stage.step(case, Step.APPROVE_REPLY, stage.cast.any("supervisor", case.rng))
    if done:
        stage.follow(case)


def hear_supervision(stage: Stage, case: Case) -> None:
    """Each unit that is supervised answers, mostly; who forgets is supervised again, a level higher."""
    for supervision_id, unit_id in waiting_receipts(case.order_id):
        if case.once(f"receipt {supervision_id}", 0.88):
            answer = _answer_supervision(supervision_id, unit_id)
            stage.plan(stage.office(case.rng.uniform(15, 215)), answer, case, lapses=False)


def _answer_supervision(supervision_id: int, unit_id: int | None) -> Action:
    def answer(stage: Stage, case: Case) -> None:
        if case.state in LIVE_STATES and (supervision_id, unit_id) in waiting_receipts(case.order_id):
            _write_receipt(stage, case, supervision_id, unit_id or case.lead_id)

    return answer


def _write_receipt(stage: Stage, case: Case, supervision_id: int, unit_id: int) -> None:
    words = case.rng.choice((
        "已收到督办，承办人今日上门处理并向来电人说明进展。", "前期等待相关单位反馈，现已明确方案，将在时限内答复。",
        "已由单位负责人牵头，安排专人跟进，每日报告进度。", "因人员外出未及时登记，已补办手续并联系群众致歉。",
    ))  # fmt: skip
    data = StepData(text=words, supervision_id=supervision_id, as_unit_id=unit_id)
    stage.step(case, Step.ANSWER_SUPERVISION, stage.cast.handler(unit_id), data)


def withdraw(stage: Stage, case: Case) -> None:
    """The matter settled itself."""
    actor = citizen_actor((case.request_id,))
    reason = case.rng.choice(("solved", "solved", "mistake", "other"))
    if case.state in LIVE_STATES - {State.TO_CALL_BACK, State.REPLIED}:
        stage.step(
            case, Step.WITHDRAW, actor, StepData(reason_code=reason, text="问题已自行解决，不用再处理了，谢谢。")
        )


def is_street(case: Case) -> bool:
    """Whether a township or street leads."""
    unit = unit_info(case.lead_id)
    return unit is not None and unit.kind is UnitKind.STREET
