"""Who is proposed for a matter and why: books, what became of like orders, and nothing that cannot be explained."""

from __future__ import annotations

import random

import pytest

from minhu.directory.queries import advice, categories, duties, units
from minhu.directory.queries.advice import Matter, Named, Precedent
from minhu.directory.services import duties as service
from minhu.directory.services.duties import load_duties
from minhu.directory.services.units import set_active
from minhu.kernel.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
STREET, OTHER_STREET, TOWNSHIP = "980101001", "980101002", "980102001"
DUTIES = [
    {
        "unit": "branch:CG",
        "category": "010102",
        "duty": "生活垃圾清运",
        "basis": "城市市容和环境卫生管理条例第二十八条",
    },
    {
        "unit": "SL",
        "category": "010102",
        "duty": "河道垃圾打捞",
        "basis": "河道管理条例第二十四条",
        "words": "河道、河里",
    },
    {"unit": "SL", "category": "010201", "duty": "供水监管", "basis": "城市供水条例第七条"},
]


def unit(code: str) -> int:
    found = units.unit_by_code(code)
    assert found is not None
    return found.id


def matter(code: str, area: str = STREET, text: str = "垃圾好几天没人清") -> Matter:
    return Matter(categories.category_by_code(code), area, "complaint", text)


def past(code: str | None, area: str = STREET, *, returned: tuple[str, ...] = (), corrected: tuple[str, ...] = (),
         days: float = 10, likeness: float = 0.8, number: str = "1") -> Precedent:  # fmt: skip
    return Precedent(
        number, area, unit(code) if code else None, tuple(map(unit, returned)), tuple(map(unit, corrected)), days, likeness
    )  # fmt: skip


def best(question: Matter, *precedents: Precedent) -> str:
    found = advice.advise(question, precedents).best
    return units.book().by_id[found.unit_id].code if found else ""


def test_without_history_the_catalogue_decides_and_is_the_reason() -> None:
    found = advice.advise(matter("010102")).best
    assert found is not None
    assert found.unit_id == unit("CG-E")
    assert "派单目录" in found.words
    assert "职责清单第二条" in found.words


def test_words_of_a_duty_outweigh_the_line_for_the_whole_category() -> None:
    load_duties(DUTIES)
    assert best(matter("010102")) == "CG-E"
    assert best(matter("010102", text="河道里漂着很多垃圾")) == "SL"
    reasons = advice.advise(matter("010102", text="河道里漂着很多垃圾")).candidates[0].reasons
    assert "河道管理条例第二十四条" in reasons[0].text


def test_returns_take_votes_from_the_catalogue_and_teach_the_right_unit() -> None:
    lessons = [past("SL", returned=("CG-E",), number=str(n)) for n in range(5)]
    found = advice.advise(matter("010102"), lessons)
    assert found.best is not None
    assert found.best.unit_id == unit("SL")
    assert found.best.reasons[-1].numbers == ("0", "1", "2", "3", "4")
    loser = found.of(unit("CG-E"))
    assert loser is not None
    assert any("退回 5 件" in reason.text for reason in loser.reasons)


def test_a_single_odd_case_does_not_overturn_the_catalogue() -> None:
    assert best(matter("010102"), past("SL")) == "CG-E"


def test_corrections_of_dispatchers_teach_like_returns() -> None:
    assert best(matter("010102"), *(past("SL", corrected=("CG-E",), number=str(n)) for n in range(5))) == "SL"


def test_old_lessons_fade() -> None:
    old = [past("SL", returned=("CG-E",), days=2000, number=str(n)) for n in range(8)]
    assert best(matter("010102"), *old) == "CG-E"


def test_a_branch_elsewhere_speaks_for_the_branch_here() -> None:
    seen = [past("CG-E", OTHER_STREET, number=str(n)) for n in range(6)]
    assert advice.advise(matter("010102"), seen).of(unit("CG-E")) is not None
    far = advice.advise(matter("010102", TOWNSHIP), seen)
    assert far.best is not None
    assert far.best.unit_id == unit("CG"), "the west has no branch: the bureau"


def test_departments_duties_are_not_pushed_down_to_streets() -> None:
    habit = [past("ST1", number=str(n)) for n in range(20)]
    found = advice.advise(matter("010102"), habit)
    assert found.best is not None
    assert found.best.unit_id == unit("CG-E")
    assert any("不下推镇街" in reason.text for one in found.withheld for reason in one.reasons)
    assert best(matter("010101"), *habit) == "ST1", "a street's own matter by the catalogue stays its own"


def test_an_inactive_unit_is_never_proposed() -> None:
    lessons = [past("SL", returned=("CG-E",), number=str(n)) for n in range(9)]
    set_active(unit("SL"), False)
    found = advice.advise(matter("010102"), lessons)
    assert unit("SL") not in {one.unit_id for one in found.candidates}


def test_the_same_evidence_in_any_order_gives_the_same_answer() -> None:
    seen = [past(random.Random(n).choice(("SL", "CG-E", "ST1")), number=str(n), likeness=n / 40) for n in range(40)]
    first = advice.advise(matter("010102"), seen)
    for turn in range(5):
        mixed = random.Random(turn).sample(seen, len(seen))
        assert advice.advise(matter("010102"), mixed) == first


def test_confidence_is_a_share_and_falls_when_evidence_disagrees() -> None:
    sure = advice.advise(matter("010102")).best
    torn = advice.advise(matter("010102"), [past("SL", number=str(n)) for n in range(3)])
    assert sure is not None
    assert torn.best is not None
    assert torn.best.confidence < sure.confidence <= 1
    assert sum(one.confidence for one in torn.candidates) <= 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("CG-E", "就是推荐的主办单位"),
        ("SL", "不在试验市水利局的职责目录内"),
        ("ST2", "只办理"),
        ("SL", "权责清单里试验市水利局没有"),
        ("SL", "没有一件由试验市水利局办理"),
    ],
)
def test_why_not_answers_from_the_same_evidence(code: str, words: str) -> None:
    load_duties(DUTIES[:1])
    question = matter("010102")
    found = advice.advise(question, [past("CG-E")])
    assert any(words in reason.text for reason in advice.why_not(unit(code), question, found))


def test_why_not_tells_of_returns() -> None:
    question = matter("010102")
    found = advice.advise(question, [past("CG-E", returned=("SL",), number=str(n)) for n in range(4)])
    assert any("退回 4 件" in reason.text for reason in advice.why_not(unit("SL"), question, found))


def test_without_a_category_nobody_is_proposed() -> None:
    found = advice.advise(Matter(None, STREET, ""))
    assert found.best is None
    assert "分类尚未确定" in found.said.reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "XX"}, "不存在"),
        ({"unit": ""}, "不存在"),
        ({"unit": "branch"}, "写法不对"),
        ({"category": "9"}, "不在现行分类中"),
        ({"area": "1"}, "区划 1 不存在"),
        ({"duty": ""}, "职责必须填写"),
        ({"basis": " "}, "依据必须填写"),
        ({"words": "长" * 33}, "关键词"),
    ],
)
def test_a_wrong_row_keeps_the_old_list(change: dict[str, str], words: str) -> None:
    load_duties(DUTIES)
    with pytest.raises(Invalid) as caught:
        service.draft_from([*DUTIES, {**DUTIES[0], **change}])
    assert words in str(caught.value.fields)
    assert len(duties.duties().lines) == 3


def test_contradictions_and_gaps_are_found() -> None:
    made = service.draft_from(
        [*DUTIES, {"unit": "ST1", "category": "010102", "duty": "清扫保洁", "basis": "街道办事处条例第九条"}]
    )
    found = duties.findings(duties.duties_of(made.pk, made.number))
    assert [(one.first, one.other) for one in found.among] == [("branch:CG", "unit:ST1")]
    assert {leaf.code for leaf in found.gaps} == {"010101", "020101"}
    assert not duties.duties().lines, "a draft is not in force"
    service.publish(made.pk)
    assert len(duties.duties().lines) == 4


def test_a_duty_that_the_catalogue_gives_to_another_is_shown() -> None:
    load_duties([{"unit": "SL", "category": "0101", "duty": "市容", "basis": "条例第一条"}])
    against = duties.findings(duties.duties()).against_catalogue
    assert [(one.first, one.other) for one in against] == [("unit:SL", "branch:CG")]


def test_a_paper_is_a_reason_and_decides_between_equals_and_proposes_nobody_by_itself() -> None:
    question = matter("010102", text="河道里漂着很多垃圾")
    named = [Named("水利部门", "《试验市河道管理办法》第三条", 7, 4)]
    plain, told = advice.advise(question), advice.advise(question, (), named)
    assert [one.unit_id for one in told.candidates] == [one.unit_id for one in plain.candidates]
    assert told.of(unit("SL")) is None, "nobody is proposed because a paper names him"
    habit = [past("SL", number=str(n), likeness=0.5) for n in range(2)]
    first = advice.advise(question, habit)
    second = advice.advise(question, habit, named)
    assert [(one.unit_id, one.votes, one.confidence) for one in second.candidates] == [
        (one.unit_id, one.votes, one.confidence) for one in first.candidates
    ]
    mine = second.of(unit("SL"))
    assert mine is not None
    assert "文件写明由水利部门办理（《试验市河道管理办法》第三条）" in mine.words
    assert (mine.reasons[-1].document_id, mine.reasons[-1].votes) == (7, 0.0)
    torn = [past("CG", number="1"), past("SL", number="2")]
    river = matter("020101", text="河道里漂着很多垃圾")
    assert best(river, *torn) == "CG"
    decided = advice.advise(river, torn, named).best
    assert decided is not None
    assert decided.unit_id == unit("SL")
