"""Money that was taken and money asked back is a purchase whatever the goods; wages, taxes, land and air are none."""

from __future__ import annotations

import pytest

from minhu.exchange.domain.buying import Sign, sign_of_buying, speaks_of_buying
from minhu.exchange.domain.disputes import Matter, obstacle

BY_GRAMMAR = {
    Sign.TAKEN: (
        "多扣车费，请退还", "昨天打车被多收了20元", "手机每月自动扣30块钱，我没有开通过", "App擅自续费198元", "停车场重复扣款两次，一共24元",
        "视频软件偷偷划走了我25元", "共享单车误扣了我的余额", "话费莫名其妙扣了我50块", "被乱扣流量费", "健身房强行收取我200元手续费",
    ),
    Sign.REFUSED: (
        "自动续费不给退", "教学质量差还拒绝退费，老师也换了几个，市场监管部门应该处罚", "课没上完，机构一直拖着不肯退", "酒店取消了也不退房费", "卡里还有八百块，老板拒绝退", "打了三次电话都说没法退",
        "车票改签后剩下的差价一直没给我退", "驾校学了一次就不予办理退费", "报名后不能退",
    ),
    Sign.WANTED: ("请他们把剩下的定金退给我", "要求退还剩余的课时费", "希望协调物业退费", "申请返还门票钱"),
}  # fmt: skip
NO_PURCHASE = (
    "单位扣了我两个月工资", "公司多扣了社保费，请退还", "请退还多缴的个人所得税", "村里征收土地的补偿款一直不给退", "医保费被重复扣缴了一次，费用找谁",
    "到了年龄不给退休", "因身体原因想退伍，部队不退", "孩子不想读了，学校不给退学", "电动车被交警扣了", "驾照被扣6分", "小区河水不退，路被淹了",
    "空气质量越来越差", "教学质量下降", "公司不签劳动合同", "收费站出口堵车", "道路维修噪音大", "公司从来不给买社保", "村干部收买选票",
    "请护理假又要扣钱", "学校强制收取补课费", "路灯坏了一周没人修", "政府购买服务公示在哪里看",
)  # fmt: skip
BY_TRADE = ("买的冰箱坏了，不给换货", "会员自动续费不给退", "预付卡的店关门了", "家具质量差", "装修合同里写的不做")


@pytest.mark.parametrize(("sign", "words"), [(sign, one) for sign, all_of in BY_GRAMMAR.items() for one in all_of])
def test_what_was_taken_or_is_asked_back_is_a_purchase(sign: Sign, words: str) -> None:
    assert sign_of_buying(words) is sign
    assert obstacle(Matter(words)) == "", "it may go to the enterprise first"


@pytest.mark.parametrize("words", BY_TRADE)
def test_words_of_trade_still_count(words: str) -> None:
    assert sign_of_buying(words) is Sign.TRADE


@pytest.mark.parametrize("words", NO_PURCHASE)
def test_what_an_employer_or_an_office_takes_is_none(words: str) -> None:
    assert not speaks_of_buying(words)


def test_long_words_cost_no_time() -> None:
    assert not speaks_of_buying("又" * 50_000)
    assert not speaks_of_buying("不给" * 50_000)
