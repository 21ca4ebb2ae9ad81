"""What units do only now and then: more time, a pause, the whistle, the straight path to the grid, help of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from minhu.directory.queries.actors import citizen_actor
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.dispatch import resolve
from minhu.directory.queries.units import covering, unit_by_code, unit_info
from minhu.directory.types import UnitKind
from minhu.handling.types import LIVE_STATES, Step, StepData
from minhu.intake import services as intake
from minhu.server.demo import texts, world
from minhu.server.demo.simulator.cases import Case
from minhu.server.demo.simulator.stage import Stage, pick

_GRID_WORDS = ("网格员已到现场查看并拍照，劝导当事人当场整改，已清理完毕。", "已入户核实情况，向群众说明处理安排，群众表示认可。",
               "现场已设置警示标志，垃圾杂物清理干净，后续每日巡查。", "已上门走访，问题属实，当场协调物业处理完毕。")  # fmt: skip
_ASSIST_WORDS = ("已到现场配合核查，提供相关台账，处置情况已报主办单位。", "已派员参加联合检查，对职责范围内问题当场督促整改。",
                 "已核对辖区情况并协助联系当事人，材料已移交主办单位。")  # fmt: skip
_SUSPEND = (("waiting_citizen", "来电人在外地，约定返回后提供材料并共同查看现场，暂停办理。"),
            ("unreachable", "三日内不同时段拨打电话五次均无人接听，短信未回，暂停办理。"),
            ("season", "需气温回升、路面干燥后方可施工，已先行设置警示。"),
            ("planned", "已列入本年度计划（第二批），招标完成后组织实施，计划文件可查。"))  # fmt: skip
_MORE = ("补充一下，今天又出现了同样的情况，请尽快处理。", "补充：我的另一个联系方式不变，白天上班不方便接电话，请发短信。",
         "补充现场情况：比前几天更严重了一些。", "补充：刚才有工作人员联系过我，约了时间，谢谢。")  # fmt: skip


def somebody_else(case: Case) -> int:
    """Another unit near the matter that a shirking unit points at: whom the catalogue names beside it, else the street."""
    near = kindred(case, case.lead_id) or [
        u.id for u in covering(case.message.area_code) if u.kind is UnitKind.STREET and u.id != case.lead_id
    ]
    return case.rng.choice(near) if near else 0


def kindred(case: Case, but: int) -> list[int]:
    """Units one might well think of for this matter: those that assist, then the leads of the same group of categories."""
    leaf, area = case.message.category_code, case.message.area_code
    for depth in (len(leaf), 4):
        found: set[int] = set()
        for code in (code for code in world.profiles() if code.startswith(leaf[:depth])):
            category = category_by_code(code)
            target = resolve(category.id, area) if category else None
            if target:
                found.update((target.lead_unit_id, *target.assist_unit_ids))
        found.discard(but)
        if found:
            return sorted(found)
    return []


def fits(case: Case, name: str) -> bool:
    """Whether this can happen to this case at all."""
    unit = unit_info(case.lead_id)
    if unit is None:
        return False
    if name == "whistle":
        return unit.kind is UnitKind.STREET
    if name == "grid":
        local = unit.kind in (UnitKind.STREET, UnitKind.BRANCH, UnitKind.COMMUNITY)
        return local and len(case.message.area_code) >= 9 and case.urgency == "normal"
    return case.urgency == "normal"


def ask_extension(stage: Stage, case: Case) -> None:
    """More time, with a reason that fits the season."""
    rng = case.rng
    rows = [
        row
        for row in world.load("replies_other")["extensions"]
        if row["reason"] in ("complex", "several_units", "procedure", "citizen_asks")
    ]
    row = pick(rng, rows, reason=rng.choice(("complex", "several_units", "procedure", "citizen_asks")))
    days = rng.choice((3, 5, 5, 7, 10))
    words = f"涉及事项需多方核实协调，申请延期{days}个工作日，已电话告知来电人并取得理解。"
    if rng.random() < 0.4 and row["reason"] in ("complex", "citizen_asks"):
        words = texts.fill(rng, row["text"], {"days": str(days)})
    data = StepData(reason_code=row["reason"], text=words, amount=days, duration_unit="working_days")
    stage.step(case, Step.ASK_EXTENSION, stage.cast.handler(case.lead_id), data)
    stage.follow(case)


def suspend(stage: Stage, case: Case) -> None:
    """A pause; a supervisor looks at the reason within a day."""
    code, words = case.rng.choice(_SUSPEND)
    data = StepData(reason_code=code, text=words)
    if stage.step(case, Step.SUSPEND, stage.cast.handler(case.lead_id), data):
        stage.plan(stage.office(case.rng.uniform(60, 480)), _examine, case, lapses=False)
    stage.follow(case)


def _examine(stage: Stage, case: Case) -> None:
    actor = stage.cast.any("supervisor", case.rng)
    if case.state.value == "suspended":
        stage.step(case, Step.APPROVE_SUSPENSION, actor, StepData(text="情况属实，同意挂起，条件具备后及时恢复。"))


def pass_to_grid(stage: Stage, case: Case) -> None:
    """The straight path: a grid worker goes and reports with a picture."""
    unit_id = stage.cast.grid_unit(case.message.area_code)
    worker = stage.cast.grid_worker(unit_id) if unit_id else None
    if unit_id and worker:
        data = StepData(unit_id=unit_id, text="请网格员上门核实，能当场处理的当场处理，拍照反馈。")
        if stage.step(case, Step.PASS_TO_GRID, stage.cast.handler(case.lead_id), data):
            case.waiting_assists.add(unit_id)
            stage.plan(
                stage.office(
                    case.rng.uniform(9, 56) if case.rng.random() < 0.85 else case.rng.uniform(70, 900), "long"
                ),
                _grid_done(unit_id),
                case,
                lapses=False,
            )
    stage.follow(case)


def _grid_done(unit_id: int) -> Callable[[Stage, Case], None]:
    def report(stage: Stage, case: Case) -> None:
        worker = stage.cast.grid_worker(unit_id)
        if worker is None or unit_id not in case.waiting_assists or case.state not in LIVE_STATES:
            return
        ids: list[int] = []
        if case.rng.random() < 0.4:
            file = case.photo()
            stage.attempt(
                case, "attach", lambda: ids.extend(intake.attach(case.request_id, [file], kind="unit")), worker
            )
        words = case.rng.choice(_GRID_WORDS)
        data = StepData(
            reply=words, measures="网格员上门处置", solved=True, attachment_ids=tuple(ids), as_unit_id=unit_id
        )
        if stage.step(case, Step.ASSIST_REPLY, worker, data):
            case.waiting_assists.discard(unit_id)

    return report


def assistants(stage: Stage, case: Case) -> None:
    """Each assisting unit works on its own share."""
    for unit_id in sorted(case.waiting_assists):
        late = case.rng.random() < 0.08
        stage.plan(
            stage.office(case.rng.uniform(130, 900) if late else case.rng.uniform(8, 105)),
            _assist(unit_id),
            case,
            lapses=False,
        )


def more_words(stage: Stage, case: Case) -> None:
    """Now and then the citizen adds something."""
    if case.kind == "matter" and case.rounds == 0 and case.rng.random() < 0.03:
        stage.plan(stage.soon(case.rng.uniform(300, 4000)), _say_more, case, lapses=False)


def _assist(unit_id: int) -> Callable[[Stage, Case], None]:
    def reply(stage: Stage, case: Case) -> None:
        if unit_id in case.waiting_assists and case.state.value in ("dispatched", "in_progress", "extension_review"):
            words = case.rng.choice(_ASSIST_WORDS)
            data = StepData(reply=words, measures="配合主办单位处置", solved=True, as_unit_id=unit_id)
            if stage.step(case, Step.ASSIST_REPLY, stage.cast.handler(unit_id), data):
                case.waiting_assists.discard(unit_id)

    return reply


def _say_more(stage: Stage, case: Case) -> None:
    if case.state in LIVE_STATES:
        words = case.rng.choice(_MORE)
        actor = citizen_actor((case.request_id,))
        stage.attempt(case, "supplement", lambda: intake.supplement(case.request_id, words), actor)


def whistle(stage: Stage, case: Case) -> None:
    """吹哨: the street calls the departments; they come, leave a receipt, and are confirmed."""
    rng = case.rng
    row = rng.choice(world.load("replies_other")["whistles"])
    called = [u for code in row["call"][:3] if (u := unit_by_code(code)) and u.id != case.lead_id]
    place = case.message.place_text or world.areas()[case.message.area_code[:9]].name
    names = "、".join(u.label for u in called)
    words = f"{place}“{case.message.title[:30]}”一事街道单独处置困难，请{names}派员报到，现场会商明确责任和时限。"
    meet = stage.office(rng.uniform(240, 700))
    data = StepData(text=words, called_unit_ids=tuple(u.id for u in called), meet_at=meet, place=place[:100])
    if called and stage.step(case, Step.WHISTLE, stage.cast.handler(case.lead_id), data):
        for unit in called:
            came = rng.random() < 0.9
            stage.plan(stage.office(rng.uniform(15, 150)), _come(unit.id, Step.ACKNOWLEDGE_WHISTLE), case, lapses=False)
            if came:
                stage.plan(
                    meet + timedelta(minutes=rng.uniform(1, 30)),
                    _come(unit.id, Step.ANSWER_WHISTLE),
                    case,
                    lapses=False,
                )
            stage.plan(meet + timedelta(minutes=rng.uniform(60, 200)), _confirm(unit.id, came), case, lapses=False)
    stage.follow(case)


def _come(unit_id: int, step: Step) -> Callable[[Stage, Case], None]:
    def come(stage: Stage, case: Case) -> None:
        if case.state in LIVE_STATES:
            words = (
                "已派业务科室负责人到场，认领职责范围内事项，三日内反馈落实情况。"
                if step is Step.ANSWER_WHISTLE
                else ""
            )
            stage.step(case, step, stage.cast.handler(unit_id), StepData(text=words, as_unit_id=unit_id))

    return come


def _confirm(unit_id: int, came: bool) -> Callable[[Stage, Case], None]:
    def confirm(stage: Stage, case: Case) -> None:
        if case.state in LIVE_STATES:
            words = "已到场，会商意见一致。" if came else "未到场，电话两次未接。"
            data = StepData(unit_id=unit_id, confirmed=came, text=words)
            stage.step(case, Step.CONFIRM_ATTENDANCE, stage.cast.handler(case.lead_id), data)

    return confirm


UNUSUAL = (
    ("whistle", 0.10, whistle),
    ("grid", 0.12, pass_to_grid),
    ("extension", 0.06, ask_extension),
    ("suspend", 0.02, suspend),
)
"""What may happen to a signed order, how often, and how it is done."""
