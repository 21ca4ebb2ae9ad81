"""The centre at work: intake decisions, direct answers, dispatch, merging, and the judging of requests from units."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.dispatch import resolve
from minhu.directory.queries.units import covering, unit_info
from minhu.directory.types import DispatchTarget, UnitKind
from minhu.handling.types import LIVE_STATES, State, Step, StepData
from minhu.intake import services as intake
from minhu.intake.queries import suggestions_of
from minhu.intake.types import Channel, IntakeClass, Outcome, SuggestedField
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo import texts, world
from minhu.server.demo.simulator import extras
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.stage import Action, Stage

_LEGAL = (
    ("官司", "legal.litigation"), ("仲裁", "legal.arbitration"), ("干部", "legal.discipline"), ("复议", "legal.review"),
    ("公开", "legal.disclosure"), ("信访", "legal.petition"), ("通话记录", "private.others"), ("邻居", "private.others"),
    ("外省", "elsewhere.city"), ("火车", "elsewhere.bank"), ("银行", "elsewhere.bank"), ("上次", "repeated.handled"),
)  # fmt: skip
_LISTENED = (
    "谢谢您愿意跟我们说这些，我们一直在听。您说的心情我们理解，如果有具体的困难需要帮忙，随时告诉我们时间、地点和情况。"
)
_ASK = (
    "请补充具体地点、发生时间和希望解决的问题，方便的话留一个能联系上您的电话。",
    "请说明具体是什么事情、在什么地方，我们好为您转办。",
)


def first_look(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """Somebody at the centre opens the request."""
    rng = case.rng
    if case.urgency != "normal" or case.kind == "emergency":
        moment = stage.soon(rng.uniform(1, 9))
    elif case.channel in (Channel.PHONE, Channel.COUNTER, Channel.GRID):
        moment = stage.soon(rng.uniform(2, 15))
    else:
        moment = stage.soon(rng.uniform(6, 110))
        local = moment.astimezone(CHINA_TIME)
        if not 7 <= local.hour < 22:
            moment = stage.office(rng.uniform(5, 60), "long")
    plays = {
        "emergency": hand_over, "out_of_scope": refuse, "abuse": refuse, "empty": ask_content, "gibberish": listen,
    }  # fmt: skip
    return stage.within(case, moment, 30, 10), plays.get(case.kind, judge)


def somebody(stage: Stage, case: Case) -> Actor:
    """An agent for those who called, a dispatcher for those who wrote."""
    return stage.cast.any("agent" if case.channel is Channel.PHONE else "dispatcher", case.rng)


def judge(stage: Stage, case: Case) -> None:
    """An ordinary matter: accepted, answered at once, merged, or given to a unit."""
    rng, message = case.rng, case.message
    truth = _elements(case)
    if case.state is State.RECEIVED and case.repeat_of is None:
        if message.request_type in ("consultation", "praise") and rng.random() < 0.92 and _answer(stage, case, truth):
            return
        if not stage.step(case, Step.ACCEPT, somebody(stage, case), StepData(**truth)):
            return
        case.urgency = message.urgency
        _outcomes(stage, case)
        stage.follow(case)
        return
    if case.repeat_of is not None and case.once("merge", 0.8) and _merge(stage, case):
        return
    if case.state is State.RECEIVED:  # a repeat that stands for itself
        if stage.step(case, Step.ACCEPT, somebody(stage, case), StepData(**truth)):
            case.urgency = message.urgency
            stage.follow(case)
        return
    answers = {"consultation": 0.9, "praise": 1.0, "suggestion": 0.1}.get(message.request_type, 0.0)
    if case.rounds == 0 and case.once("answer", answers) and _answer(stage, case, truth):
        return
    dispatch(stage, case)


def _elements(case: Case) -> dict[str, Any]:
    category = category_by_code(case.message.category_code)
    return {
        "category_id": category.id if category else None, "area_code": case.message.area_code,
        "request_type": case.message.request_type, "urgency": case.message.urgency,
    }  # fmt: skip


def _answer(stage: Stage, case: Case, truth: dict[str, Any]) -> bool:
    reply = texts.compose_reply(case.rng, case.message)
    who = somebody(stage, case)
    done = stage.step(case, Step.ANSWER_DIRECTLY, who, StepData(reply=reply, solved=True, **truth))
    if done:
        _outcomes(stage, case)
        stage.follow(case)
    return done


def _merge(stage: Stage, case: Case) -> bool:
    first = case.repeat_of
    if first is None or first.state not in LIVE_STATES or not first.number:
        return False
    same = first.person == case.person
    reason = case.rng.choice(("same_person_same_matter", "follow_up")) if same else "same_place_same_matter"
    words = "经核对，与在办工单为同一人同一事项，合并办理。" if same else "不同群众反映同一地点同一问题，合并办理。"
    data = StepData(reason_code=reason, text=words, target_number=first.number)
    return stage.step(case, Step.MERGE, stage.cast.any("dispatcher", case.rng), data)


def dispatch(stage: Stage, case: Case) -> None:
    """By the catalogue, now and then to the wrong unit."""
    truth = _elements(case)
    target = resolve(truth["category_id"], case.message.area_code, case.message.request_type)
    if target is None:
        _without_target(stage, case, truth)
        return
    case.right_id = target.lead_unit_id
    unit_id, basis, confidence = target.lead_unit_id, target.explanation, target.confidence
    if case.returns == 0 and case.rounds == 0 and case.once("wrong", 0.06 * min(2.0, stage.busy)):
        unit_id = _wrong_unit(case, target)
    case.wrong = unit_id != target.lead_unit_id
    if case.wrong:
        basis, confidence = "人工派单：按来电描述判断承办单位", 0.6
    assists = tuple(i for i in target.assist_unit_ids if i != unit_id) if case.rng.random() < 0.14 * stage.busy else ()
    data = StepData(
        unit_id=unit_id, assist_unit_ids=assists, catalogue_item_id=target.catalogue_item_id, basis=basis[:500],
        confidence=confidence, difficulty=target.deadline_key, text=_note(case), **truth,
    )  # fmt: skip
    desk = "supervisor" if case.returns >= 2 or "arbitrated" in case.done else "dispatcher"
    if stage.step(case, Step.DISPATCH, stage.cast.any(desk, case.rng), data):
        case.lead_id, case.waiting_assists = unit_id, set(assists)
        case.deadline_key, case.urgency = target.deadline_key, case.message.urgency
        extras.assistants(stage, case)
        _outcomes(stage, case)
        stage.follow(case)


def _without_target(stage: Stage, case: Case, truth: dict[str, Any]) -> None:
    """No line of the catalogue fits: what asks is answered, what complains goes to the township it comes from."""
    stage.count["no unit"] += 1
    if case.message.request_type not in ("complaint", "help", "report") and _answer(stage, case, truth):
        return
    unit = next((u for u in covering(case.street) if u.kind is UnitKind.STREET), None)
    if unit is None:
        return
    case.right_id, case.wrong = unit.id, False
    basis = "派单目录未列明承办单位，按属地由镇街先行受理"
    data = StepData(unit_id=unit.id, basis=basis, confidence=0.5, text=_note(case), **truth)
    if stage.step(case, Step.DISPATCH, stage.cast.any("dispatcher", case.rng), data):
        case.lead_id = unit.id
        stage.follow(case)


def _note(case: Case) -> str:
    if case.rounds:
        return "群众反映问题未解决，请重新核实，现场办理后答复。"
    if case.urgency != "normal":
        return "情况紧急，请立即联系群众并先行处置。"
    return case.rng.choice(("", "", "", "请核实办理并答复来电人。", "来电人希望当面沟通，请先电话联系。"))


def _wrong_unit(case: Case, target: DispatchTarget) -> int:
    """A unit that somebody might well have thought of."""
    near = extras.kindred(case, target.lead_unit_id)
    return case.rng.choice(near) if near else target.lead_unit_id


def _outcomes(stage: Stage, case: Case) -> None:
    """What became of the suggestions; noted for a part of the past, for all of the last weeks."""
    if not case.once("outcomes", 0.12 if stage.busy == 1.0 else 0.6):
        return
    truth = {
        SuggestedField.CATEGORY: case.message.category_code, SuggestedField.PLACE: case.message.area_code,
        SuggestedField.UNIT: str(case.lead_id or case.right_id), SuggestedField.REQUEST_TYPE: case.message.request_type,
    }  # fmt: skip
    actor = stage.cast.any("dispatcher", case.rng)

    def note() -> None:
        for one in suggestions_of(case.request_id):
            if one.field in truth and one.outcome is Outcome.PENDING and truth[one.field] not in ("", "0"):
                fits = truth[one.field] in str(one.value)
                intake.record_outcome(
                    case.request_id, one.field, Outcome.ACCEPTED if fits else Outcome.CHANGED, truth[one.field]
                )

    stage.attempt(case, "outcomes", note, actor)


# -- what is no ordinary matter ----------------------------------------------------------------------------------------
def refuse(stage: Stage, case: Case) -> None:
    """Out of scope or abusive: refused in a person's name, with the legal route."""
    actor = somebody(stage, case)
    rows = {row["code"]: row for row in world.rule_content("intake")["rows"]}
    if case.kind == "abuse":
        code, reason, final = "malicious", "malicious", IntakeClass.MALICIOUS
    else:
        code = next((code for word, code in _LEGAL if word in case.message.text), "legal.litigation")
        final = IntakeClass(case.other.get("class", "legal_route"))
        reason = "petition" if code == "legal.petition" else final.value
    wording = rows[code]["wording"]
    stage.attempt(case, "confirm", lambda: intake.confirm_decision(case.request_id, final, rows[code]["title"]), actor)
    if stage.step(case, Step.REFUSE, actor, StepData(reason_code=reason, text=wording)):
        stage.follow(case)


def hand_over(stage: Stage, case: Case) -> None:
    """Danger to life goes to 110, 119, 120 or 122 at once."""
    service = str(case.other.get("service", "110"))
    actor = stage.cast.any("agent", case.rng)
    stage.attempt(
        case, "confirm", lambda: intake.confirm_decision(case.request_id, IntakeClass.EMERGENCY, f"转{service}"), actor
    )
    if stage.step(
        case, Step.HAND_OVER, actor, StepData(reason_code=service, text=f"三方通话转接{service}，对方已接听。")
    ):
        stage.follow(case)


def receipt(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """The emergency service says that it has taken over."""
    if not case.once("receipt", 0.96):
        return None

    def received(stage: Stage, case: Case) -> None:
        words = f"{case.other.get('service', '110')}指挥中心已接收并派员，警情编号已登记。"
        stage.step(case, Step.RECEIPT, stage.cast.any("agent", case.rng), StepData(text=words))

    return stage.soon(case.rng.uniform(3, 22)), received


def listen(stage: Stage, case: Case) -> None:
    """Somebody wanted to be heard."""
    if stage.step(case, Step.ANSWER_DIRECTLY, somebody(stage, case), StepData(reply=_LISTENED, solved=True)):
        stage.follow(case)


def ask_content(stage: Stage, case: Case) -> None:
    """No content: asked for once; who does not answer is not taken on."""
    actor = somebody(stage, case)
    if case.state is State.RECEIVED and case.once("ask", 1.0):
        if stage.step(case, Step.ASK_CONTENT, actor, StepData(text=case.rng.choice(_ASK))):
            stage.follow(case)
    elif "added" in case.done:
        judge(stage, case)
    else:
        words = "您反映的内容不具体，多次联系未能补充，暂不能办理。如有新的情况，欢迎随时来电。"
        if stage.step(case, Step.REFUSE, actor, StepData(reason_code="no_content", text=words)):
            stage.follow(case)


def wait_for_words(stage: Stage, case: Case) -> tuple[datetime, Action] | None:
    """Half of those who were asked answer."""
    if case.once("adds", 0.5):
        return stage.soon(case.rng.uniform(20, 1800)), _add_words
    return stage.office(5 * 480 + 60), ask_content


def _add_words(stage: Stage, case: Case) -> None:
    words = str(case.other.get("later", "")) or case.message.text
    actor = citizen_actor((case.request_id,))
    if stage.attempt(case, "supplement", lambda: intake.supplement(case.request_id, words), actor):
        case.kind = "matter"
        case.done.add("added")
        stage.follow(case)


# -- decisions on what units ask ---------------------------------------------------------------------------------------
def judge_return(stage: Stage, case: Case) -> tuple[datetime, Action]:
    """The dispatcher, or in a dispute the arbitration desk, decides on a return."""
    moment = stage.office(case.rng.uniform(40, 330) * min(1.4, stage.busy))
    return stage.within(case, moment, 120, 30), _decide_return


def _decide_return(stage: Stage, case: Case) -> None:
    disputed = "arbitrated" in case.done or case.returns >= 2
    actor = stage.cast.any("supervisor" if disputed else "dispatcher", case.rng)
    right = unit_info(case.right_id)
    if case.wrong or case.rng.random() < 0.12:
        words = f"经核对派单目录，该事项应由{right.label if right else '其他单位'}承办，同意改派。"
        if stage.step(case, Step.APPROVE_RETURN, actor, StepData(text=words)):
            case.returns += 1
            stage.follow(case)
        return
    mine = unit_info(case.lead_id)
    words = f"按派单目录，该事项由{mine.label if mine else '你单位'}承办，请先行联系群众，涉及其他单位的可申请协办。"
    if stage.step(case, Step.REFUSE_RETURN, actor, StepData(text=words)):
        stage.follow(case)


def judge_extension(stage: Stage, case: Case) -> tuple[datetime, Action]:
    """Somebody who may grant time reads the reason."""
    moment = stage.office(case.rng.uniform(30, 400) * min(1.1, stage.busy))
    return stage.within(case, moment, 120, 30), _decide_extension


def _decide_extension(stage: Stage, case: Case) -> None:
    actor = stage.cast.any(case.rng.choice(("dispatcher", "supervisor")), case.rng)
    if case.rng.random() < 0.85:
        words = "理由充分，同意延期，请将新的时限告知群众。"
        done = stage.step(case, Step.APPROVE_EXTENSION, actor, StepData(text=words))
    else:
        words = "理由不充分，请在原时限内办理，确有困难的先行告知群众阶段性进展。"
        done = stage.step(case, Step.REFUSE_EXTENSION, actor, StepData(text=words))
    if done:
        stage.follow(case)
