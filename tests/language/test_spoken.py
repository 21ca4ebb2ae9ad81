"""What is written, as a caller hears it: a table of cases for each kind of figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.dialogue.phrases import PHRASES
from minhu.language.numerals import parse_number
from minhu.language.said_numbers import amount
from minhu.language.spoken import MOST, Tongue, pieces, spoken

CASES = {
    "numbers of orders and codes": """
编号 20230512-0001|编号二零二三零五幺二零零零幺
编号20230512000123|编号二零二三零五幺二零零零幺二三
编号：YX20230512000123|编号：Y X二零二三零五幺二零零零幺二三
查询码 482913|查询码，四八二九幺三
查询码：A3K9|查询码，A三K九
验证码是 0071|验证码，零零七幺
已经为您登记，编号 YX2023051200012，查询码 100001。|已经为您登记，编号Y X二零二三零五幺二零零零幺二，查询码，幺零零零零幺。
车牌云A12345|车牌云A幺二三四五
身份证110101199003071234|身份证幺幺零幺零幺幺九九零零三零七幺二三四
身份证11010119900307123X|身份证幺幺零幺零幺幺九九零零三零七幺二三X
库存2309001件编码0012|库存二百三十万九千零一件编码零零幺二
""",
    "telephone numbers": """
您好，这里是12345热线|您好，这里是幺二三四五热线
请拨打110、119或120|请拨打幺幺零、幺幺九或幺二零
消费者请拨12315|消费者请拨幺二三幺五
供水热线96116|供水热线九六幺幺六
电力95598|电力九五五九八
客服10086|客服幺零零八六
手机13812345678|手机幺三八，幺二三四，五六七八
手机138 1234 5678|手机幺三八，幺二三四，五六七八
+86-138-1234-5678|幺三八，幺二三四，五六七八
0755-12345678|零七五五，幺二三四五六七八
(010)65551234|零幺零，六五五五幺二三四
010-65551234-802|零幺零，六五五五幺二三四，八零二
400-123-4567|四零零，幺二三，四五六七
电话：65551234|电话：六五五五幺二三四
影响12345户居民|影响一万二千三百四十五户居民
罚款120元|罚款一百二十元
涉及110人|涉及一百一十人
""",
    "dates and times": """
2023-05-12|二零二三年五月十二日
2024年2月3日|二零二四年二月三日
2024/12/31|二零二四年十二月三十一日
2023.5.1|二零二三年五月一日
2011年|二零一一年
2019-2023年|二零一九年至二零二三年
5月12日|五月十二日
上午9:00|上午九点
14:30|十四点三十分
下午3:05|下午三点零五分
2:00|两点
23:59:59|二十三点五十九分五十九秒
9:00-11:30|九点至十一点三十分
周一至周五 8:30～17:00|周一至周五八点三十分至十七点
2023-05-12 14:30|二零二三年五月十二日十四点三十分
24h服务|二十四小时服务
7×24小时|七天二十四小时
2023-13-45-7|二零二三幺三四五七
3-2-101室|三二幺零幺室
""",
    "amounts, shares and ranges": """
￥1,200.50|一千二百点五元
3.50元|三点五元
2元|两元
2万元|二万元
100万元|一百万元
1,234,567人|一百二十三万四千五百六十七人
1000000元|一百万元
12.5%|百分之十二点五
30%-50%|百分之三十至百分之五十
30-50%|百分之三十至百分之五十
2‰|千分之二
-5℃|负五摄氏度
3-5个工作日|三至五个工作日
3~5天|三至五天
1至2个月|一至两个月
1/3的居民|三分之一的居民
10余人|十余人
0.05|零点零五
""",
    "units and counters": """
80.5㎡|八十点五平方米
35μg/m³|三十五微克每立方米
水费3.5元/m³|水费三点五元每立方米
停车费5元/小时|停车费五元每小时
60km/h|六十公里每小时
0.5公里|零点五公里
10kV|十千伏
2km|两公里
65dB|六十五分贝
500mL|五百毫升
2个小时|两个小时
2条|两条
2月2日|二月二日
2号|二号
12个|十二个
2楼2单元201室|二楼二单元二零幺室
301路公交|三零幺路公交
5号楼|五号楼
第12条|第十二条
8折|八折
""",
    "papers, links, brackets, letters": """
云政发〔2023〕5号|云政发二零二三年五号
云府办（2021）第12号|云府办二零二一年十二号
《条例》（2023年修订）第12条|条例，二零二三年修订，第十二条
详见 https://a.example/x?b=1 。|详见。
请写信到 a.b@c.example|请写信到
**重点** 见附件|重点见附件
# 标题|标题
- 甲|甲
“转人工”|转人工
好……请稍候|好，请稍候
GPS定位|G P S定位
PM2.5浓度|P M二点五浓度
用App办理|用手机应用办理
A区B座|A区B座
甲&乙|甲和乙
１２３４５热线|幺二三四五热线
第一行
第二行|第一行。第二行
""",
}


def rows() -> list[tuple[str, str]]:
    found = []
    for table in CASES.values():
        kept = ""
        for line in table.strip().splitlines():
            kept = f"{kept}\n{line}" if kept else line
            if "|" in line:
                written, _, said = kept.partition("|")
                found.append((written, said))
                kept = ""
    return found


@pytest.mark.parametrize(("written", "said"), rows())
def test_what_is_written_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "零"), (10, "十"), (15, "十五"), (105, "一百零五"), (110, "一百一十"), (1005, "一千零五"), (10_005, "一万零五"),
     (10_500, "一万零五百"), (20_300, "二万零三百"), (101_000, "十万一千"), (100_050_000, "一亿零五万"),
     (10**9 + 1, "十亿零一"), (10**16, "一" + "零" * 16)],
)  # fmt: skip
def test_an_amount_in_words(number: int, said: str) -> None:
    assert amount(number) == said


@given(st.integers(0, 99_999_999))
def test_an_amount_is_understood_as_the_same_number(number: int) -> None:
    assert parse_number(amount(number)) == number


def test_cantonese_says_one_where_mandarin_has_a_word_of_its_own() -> None:
    assert spoken("请打12345", Tongue.CANTONESE) == "请打一二三四五"


@pytest.mark.parametrize(
    ("written", "said"),
    [("Call 12345.", "Call one two three four five."), ("code A12-3", "code A one two three"),
     ("30% of 2,000 (all)", "30 percent of 2,000 all"), ("138 1234 5678", "one three eight one two three four five six seven eight")],
)  # fmt: skip
def test_english_says_numbers_of_telephones_one_by_one(written: str, said: str) -> None:
    assert spoken(written, Tongue.ENGLISH) == said


@given(st.text(max_size=400))
def test_any_text_can_be_said(text: str) -> None:
    said = spoken(text)
    assert "http://" not in said
    assert all(len(one) <= 80 and any(sign.isalnum() for sign in one) for one in pieces(said))


def test_a_text_without_end_is_cut() -> None:
    assert len(spoken("好" * 10 * MOST)) == MOST


def test_pieces_begin_with_a_short_one_and_lose_no_word() -> None:
    for written in (one for one in PHRASES.values() if not one.isascii() and " am " not in one):
        said = spoken(written)
        found = pieces(said)
        assert "".join("".join(found).split()) == "".join(said.split()), written
        assert len(found[0]) <= 34, found
    assert (
        pieces(spoken(PHRASES["greeting"].format(called="12345热线", welcome="")))[0] == "您好，这里是幺二三四五热线，"
    )
    assert pieces("。，") == []
