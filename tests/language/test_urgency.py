"""A miss costs a life; a false alarm costs a patrol. Cases are sentences of our own, traps included."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language import intake_learnt, urgency, urgency_services
from minhu.language.prefilter import Prefilter
from minhu.language.training import train
from minhu.language.urgency import assess
from minhu.language.urgency_context import IDIOM
from minhu.language.urgency_families import FAMILIES
from minhu.language.urgency_rules import HAZARDS

DATA = Path(__file__).parent / "data"


def cases(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ALL = [
    *cases("urgency_cases.csv"),
    *cases("urgency_fresh.csv"),
    *cases("urgency_fresh2.csv"),
    *cases("urgency_fresh3.csv"),
    *cases("urgency_other.csv"),
    *cases("urgency_other2.csv"),
    *cases("urgency_unseen.csv"),
    *cases("urgency_families.csv"),
    *cases("urgency_families2.csv"),
    *cases("urgency_families3.csv"),
    *cases("urgency_families4.csv"),
    *cases("urgency_families5.csv"),
    *cases("urgency_families6.csv"),
]


def test_no_life_in_danger_is_missed() -> None:
    missed = [row["text"] for row in ALL if row["life_danger"] == "1" and not assess(row["text"]).life_danger]
    assert missed == []


def test_alarms_are_mostly_true() -> None:
    alarms = [row for row in ALL if assess(row["text"]).life_danger]
    true = [row for row in alarms if row["life_danger"] == "1"]
    assert len(true) / len(alarms) >= 0.95


def test_the_learnt_parts_generalise_to_wordings_they_have_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [f"urgency_families{number}.csv" for number in ("", 2, 3, 4, 5)]
    learnt = [row for name in ("urgency_cases.csv", "urgency_learn.csv", *files) for row in cases(name)]
    classes = [row for number in ("", 2, 4, 5) for row in cases(f"intake_unseen{number}.csv")]
    rows = [(row["text"], "danger" if row["life_danger"] == "1" else "normal") for row in learnt]
    rows += [(row["text"], "normal") for row in classes if row["class"] != "emergency"]
    first = train(rows, version="without the last file", bare=False)
    cries = [(text, "emergency") for text, label in rows if label == "danger"]
    second = train([*((row["text"], row["class"]) for row in classes), *cries], version="also without", bare=False)
    monkeypatch.setattr(urgency, "danger_model", lambda: first)
    monkeypatch.setattr(intake_learnt, "intake_model", lambda: second)
    hard = cases("urgency_families6.csv")
    wanted = [row["life_danger"] for row in hard].count("1")
    alarms = [row["life_danger"] for row in hard if assess(row["text"]).life_danger]
    assert alarms.count("1") / wanted >= 0.95
    assert alarms.count("1") / len(alarms) >= 0.8


@pytest.mark.parametrize("text", ["刚想说什么来着，忘了", "猜猜我是谁，猜不到我再打", "哎，现在的人啊，说了也没用"])
def test_what_says_nothing_is_no_danger(text: str) -> None:
    assert not assess(text).life_danger


def test_help_that_is_called_off_is_no_danger_unless_a_rule_still_finds_one() -> None:
    assert not assess("老人找到了，在楼下下棋，不用来了").life_danger
    assert assess("不用来了，我已经喝了半瓶农药").life_danger


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("隔壁着火了，浓烟往楼上走", "119"),
        ("我被困在电梯里了", "119"),
        ("老人突然昏迷，叫不醒", "120"),
        ("我老公拿刀追我", "110"),
        ("十字路口车撞了人，人躺在地上", "122"),
        ("咨询公积金提取", "none"),
    ],
)
def test_the_right_service_is_named(text: str, service: str) -> None:
    assert assess(text).hand_over == service


def test_all_services_that_are_needed_are_named() -> None:
    rows = [row for row in ALL if row.get("service", "none") != "none"]
    wanted = [(set(row["service"].split("+")), assess(row["text"])) for row in rows]
    assert sum(one.hand_over in services for services, one in wanted) / len(wanted) >= 0.97
    assert sum(services <= set(one.services) for services, one in wanted) / len(wanted) >= 0.95


def test_the_learnt_choice_of_a_service_generalises(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = [row for name in ("urgency_families.csv", "urgency_families2.csv") for row in cases(name)]
    rows = [(row["text"], row["service"].split("+")[0]) for row in learnt if row["service"] != "none"]
    model = train(rows, version="without the last file")
    monkeypatch.setattr(urgency_services, "services_model", lambda: model)
    hard = [row for row in cases("urgency_families3.csv") if row["service"] != "none"]
    right = [assess(row["text"]).hand_over in row["service"].split("+") for row in hard]
    assert sum(right) / len(right) >= 0.75


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("餐馆着火了，两个人烧伤", ("119", "120")),
        ("他站在楼顶栏杆外，说要跳下去", ("110", "119")),
        ("两车相撞，司机满脸是血，昏迷了", ("122", "120")),
    ],
)
def test_several_services_at_once(text: str, services: tuple[str, ...]) -> None:
    assert set(services) <= set(assess(text).services)


def test_a_danger_in_one_clause_of_a_long_spoken_text_is_found() -> None:
    around = "我先说物业的事，他们收费一直不合理，楼道的灯也不亮，感谢之前帮我处理过停车的事，" * 4
    assert assess(f"{around}刚才隔壁老太太在屋里喊头晕，楼道里好大的煤气味，{around}").life_danger
    assert not assess(f"{around}另外想问问电梯什么时候年检，{around}").life_danger


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("消防演练几点开始，演练着火疏散", "演练"),
        ("去年我父亲触电身亡，赔偿未到位", "过去"),
        ("没有着火，是熏腊肉", "否定"),
        ("万一着火怎么办", "担心"),
        ("停电两天了，家里还有瘫痪的老人", "长期的身体状况"),
    ],
)
def test_the_desk_sees_why_a_word_was_not_taken_as_danger(text: str, why: str) -> None:
    result = assess(text)
    assert not result.life_danger
    assert any(why in reason for reason in result.reasons), result.reasons


LETTER = (
    "尊敬的领导，您好，我是老城区一名普通住户。我们小区的物业合同到期快一年了，业主大会开了三次都没有结果，"
    "车位被占，路灯不亮，绿化带里堆满建筑垃圾。{what}社区说要等街道，街道说要等住建部门，来来回回跑了十几趟，"
    "每次都让我们再等等。希望有关部门能明确由谁负责、什么时候解决，给全体住户一个书面答复。附近的几个小区"
    "情况差不多，大家都在看结果。恳请领导在百忙之中关注，谢谢。"
)


@pytest.mark.parametrize(
    ("what", "danger"),
    [
        ("物业雇来的人多次打架斗殴，派出所都有记录。", False),
        ("旁边的老桥垮了，至今没有修好。", False),
        ("雨季时地下车库的电线着火，消防通道堵死。", False),
        ("现在三号楼着火了，消防车进不来，快派人！", True),
        ("我欠了一身债，真的不想活了，遗书都写好了。", True),
    ],
)
def test_a_long_letter_tells_of_danger_without_calling_for_help(what: str, danger: bool) -> None:
    assert assess(LETTER.format(what=what)).life_danger is danger


@pytest.mark.parametrize(
    "text",
    [
        "小区里的僵尸车联系不上车主，该找谁",
        "烧烤摊把路都占了，车开不动，油烟呛人",
        "路边纸壳堆成小山，一个烟头就能点着",
        "孩子发烧烧到四十度，医院放号一秒就没",
        "楼下自行车倒了一辆，已扶正",
        "买的热水器插上就跳闸，差点着火",
        "楼上天天装修，吵得我心脏病都犯了",
        "心脏病都要气犯了，这物业谁来管",
    ],
)
def test_ordinary_words_are_no_danger(text: str) -> None:
    assert not assess(text).life_danger


@pytest.mark.parametrize(
    "text",
    [
        "因为没签字，我们三十户人家水电都被停了，家里还有瘫痪的老人，请先把水电恢复了再谈。",
        "停电两天了，家里还有瘫痪的老人",
        "昨晚开始停电，家里瘫痪的老人没法用气垫床，打了好几次电话，什么时候来电？",
        "停电了，家里有个卧床的老人",
        "物业断水断电，我家有个偏瘫的母亲，互相推诿，急死了",
        "电梯停了半个月，家里有残疾的父亲，下不了楼",
    ],
)
def test_a_chronic_state_that_is_only_mentioned_is_no_danger(text: str) -> None:
    result = assess(text)
    assert not result.life_danger, result.reasons


@pytest.mark.parametrize(
    "text",
    [
        "把瘫痪的爷爷摁在水盆里",
        "护工在打瘫痪的老人",
        "家里有瘫痪的老人，护工拿枕头捂他的脸",
        "停电了，家里有瘫痪的老人靠呼吸机，快没电了",
        "停电了，家里还有瘫痪的老人要吸氧，氧气机停了",
        "楼下着火了，家里还有瘫痪的老人出不来",
        "一楼进水到腰了，家里瘫痪的老人还在床上",
        "我爸突然瘫了，说不出话",
        "我爸心脏病犯了",
        "家里有瘫痪的老人，刚才叫不醒了，没有反应",
        "家里有瘫痪的老人，脸色发灰，喊他不应",
        "家里有瘫痪的老人，邻居往门上扔砖头",
        "家里瘫痪的老人没法动，山上的土已经压到后墙了",
        "停电了，家里有瘫痪的老人，嘴唇没颜色了",
        "停电了，家里有瘫痪的老人，心脏病犯了",
        "停气了，家里有卧床的老人，嘴都歪了",
        "物业断水断电，家里有偏瘫的父亲，一句话都讲不出来了",
        "家里有瘫痪的母亲，我想带她一起走",
    ],
)
def test_whoever_is_bedridden_and_attacked_or_in_acute_need_is_in_danger(text: str) -> None:
    assert assess(text).life_danger


@pytest.mark.parametrize("text", ["小区停水两天了", "井盖不见了，容易摔跤", "天然气停气了做不了饭"])
def test_daily_life_emergencies_are_urgent_but_no_danger(text: str) -> None:
    assert assess(text).level == "urgent"


HARMLESS = "小区的花开得很好。"


@pytest.mark.parametrize("before", [0, 7, 30])
@pytest.mark.parametrize("after", [10, 20, 300])
@pytest.mark.parametrize(
    ("cry", "service"),
    [
        ("三楼窗户往外冒黑烟，里面还有老人没出来。", "119"),
        ("要跳楼了快来人。", "110"),
        ("我老公喝醉了正拿着菜刀追我。", "110"),
    ],
)
def test_a_cry_for_help_is_heard_among_harmless_sentences(cry: str, service: str, before: int, after: int) -> None:
    found = assess(HARMLESS * before + cry + HARMLESS * after)
    assert found.life_danger
    assert service in found.services
    assert found.spans


@pytest.mark.parametrize("around", [0, 12])
def test_harmless_sentences_beside_it_do_not_change_whom_it_is_handed_to(around: int) -> None:
    assert assess("要跳楼了快来人。" + HARMLESS * around).services[:2] in {("110", "119"), ("119", "110")}


def test_an_old_fight_told_in_a_letter_is_no_alarm() -> None:
    letter = "去年三月邻居因为停车打过我一次，派出所已经调解过了。" + "现在想咨询调解协议怎么执行，需要哪些材料。" * 3
    told = letter + "小区物业费涨了两次，业委会也没有公示。电梯年检标志过期了，请督促物业换新的。" * 3
    assert len(told) > 160
    assert not assess(told).life_danger


def test_what_is_taken_back_at_once_in_a_long_text_is_no_alarm() -> None:
    told = HARMLESS * 12 + "孩子走丢了找不到，已经两个小时。找到了，不用来了，谢谢你们。" + HARMLESS * 12
    assert not assess(told).life_danger


def test_the_quick_look_never_hides_a_match() -> None:
    patterns = [pattern for hazard in (*HAZARDS, *FAMILIES) for pattern in hazard.patterns]
    quick = Prefilter(patterns)
    for row in ALL:
        masked = IDIOM.sub(lambda match: "＿" * len(match.group()), row["text"])
        matching = {at for at, pattern in enumerate(patterns) if (found := pattern.search(masked)) and found.group()}
        assert matching <= set(quick.possible(masked, quick.candidates(masked))), row["text"]


@given(
    st.lists(st.sampled_from(["a", "b", "[cd]", "(?:ef|g?h)", "(?:i|jk)+", "l?", "(?!m)n", "."]), max_size=5),
    st.text("abcdefghijklmn", max_size=12),
)
def test_the_quick_look_is_a_necessary_condition_of_any_pattern(parts: list[str], text: str) -> None:
    pattern = re.compile("|".join(["".join(parts), "xy"]))
    quick = Prefilter([pattern])
    assert not pattern.search(text) or quick.possible(text, quick.candidates(text)) == [0]


@given(st.text(alphabet="我他孩子着火了死不想活没有去年演练，。！刀打血 a1", max_size=60))
def test_every_text_gets_a_consistent_answer(text: str) -> None:
    result = assess(text)
    assert result.life_danger == (result.level == "danger") == (result.hand_over != "none")
    assert all(0 <= start < end <= len(text) for start, end in result.spans)
    assert not result.life_danger or result.reasons
