"""Who asks for a person and who tells of one; whose fear brings a person at once."""

from __future__ import annotations

import pytest

from minhu.language.dialogue.hearing import asks_for_person, hear
from minhu.language.dialogue.types import Policy, Wish


@pytest.mark.parametrize(
    "words",
    [
        "打物业电话没有人接，三天没有热水", "楼下有人在烧垃圾，烟很大", "晚上十一点还有人在广场放音响", "拨了一上午没人接也没有人在",
        "找物业换客服也不理，水管还在漏", "物业工作人员态度差，要工作人员道歉", "银行一直转人工就断线，卡里的钱取不出来", "小区保洁全靠人工，太慢了",
        "要求物业换人工草坪", "路口有人在发小广告", "垃圾站有人接了水管偷水",
    ],
)  # fmt: skip
def test_who_tells_of_people_asks_for_none(words: str) -> None:
    assert Wish.PERSON not in hear(words).wishes


@pytest.mark.parametrize(
    "words",
    [
        "有人吗", "有人在吗？", "有没有人在", "有没有人接电话啊", "转人工", "人工服务", "我要人工。", "问这么多，转人工吧",
        "叫你们客服来跟我讲", "我要找工作人员问一下社保", "别用机器跟我说", "给我换个接线员", "路灯坏了，转人工", "要求换接线员",
    ],
)  # fmt: skip
def test_who_asks_for_a_person_is_heard(words: str) -> None:
    assert Wish.PERSON in hear(words).wishes


def test_a_matter_with_people_in_it_is_no_bare_wish_for_one() -> None:
    assert asks_for_person("转人工")
    assert not asks_for_person("有人在楼道里堆垃圾，没人管")


@pytest.mark.parametrize(
    ("words", "afraid"),
    [
        ("楼下饭店的油烟直接排到居民家里，窗户都不敢开，请管一管。", False),
        ("臭气熏天，家家户户都不敢开窗", False),
        ("自来水发黄，不敢喝", False),
        ("墙皮掉下来，吓了一跳", False),
        ("他天天跟踪我，我不敢出门，很害怕", True),
        ("楼上的人拿着刀在门口，我不敢开门", True),
    ],
)
def test_fear_is_of_somebody_or_something_and_no_way_of_speaking(words: str, afraid: bool) -> None:
    heard = hear(words)
    assert (heard.feeling == "fear" and heard.strength >= Policy().strength) is afraid
