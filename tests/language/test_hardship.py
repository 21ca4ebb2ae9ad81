"""Signs of hardship: what people say when they are in need, and what only sounds like it."""

from __future__ import annotations

import time

import pytest

from minhu.language.hardship import LONGEST, Hardship, hardships

H = Hardship
SAID = [
    ("家里断粮两天了，孩子饿得直哭。", {H.FOOD}),
    ("我们老两口已经揭不开锅了，求政府帮帮。", {H.FOOD}),
    ("我三天没吃饭了，身上一分钱都没有。", {H.FOOD}),
    ("天冷了，老人没有棉被盖，冻得发抖。", {H.FOOD}),
    ("孩子得了白血病，手术费要三十万，家里实在拿不出。", {H.ILLNESS}),
    ("我老公尿毒症每周透析三次，借遍了亲戚，现在没钱治了。", {H.ILLNESS}),
    ("母亲胃癌晚期，化疗费凑不齐，医院催着缴费。", {H.ILLNESS}),
    ("看病花光了积蓄，现在药都停了。", {H.ILLNESS}),
    ("厂子倒闭我失业半年了，家里没有收入，房租都交不起。", {H.INCOME}),
    ("下岗以后一直找不到工作，生活困难，能不能给点救助。", {H.INCOME}),
    ("一家四口没有任何收入，日子实在过不下去了。", {H.INCOME}),
    ("楼上张大爷无儿无女，八十多岁了，一个人躺床上没人管饭。", {H.ELDERLY}),
    ("村里有个孤寡老人，生活不能自理，没人照顾。", {H.ELDERLY}),
    ("隔壁独居老人摔了一跤，没人照料，怪可怜的。", {H.ELDERLY}),
    ("我是二级肢体残疾，干不了活，家里没有经济来源。", {H.DISABLED, H.INCOME}),
    ("他丧失劳动能力以后，家里就靠邻居接济过日子。", {H.DISABLED, H.FOOD}),
    ("智障的弟弟没人照顾，母亲也病倒了。", {H.DISABLED}),
    ("这两个孩子父母双亡，姐姐才十二岁，跟着奶奶过。", {H.CHILD}),
    ("他爸爸坐牢妈妈跑了，五岁的孩子没人管。", {H.CHILD}),
    ("女儿考上高中，学费交不起。", {H.CHILD}),
    ("昨天家里起火，什么都烧光了，现在借住在亲戚家。", {H.DISASTER}),
    ("洪水把房子冲垮了，一家人没有地方住。", {H.DISASTER, H.SHELTER}),
    ("我被赶出来了，没地方住，睡在桥洞下。", {H.SHELTER}),
    ("火车站旁边有个老太太露宿好几天了，问她也不说话。", {H.SHELTER}),
    ("中风瘫痪在床三年，没有收入，吃饭都成问题。", {H.ILLNESS, H.FOOD}),
    ("一家三口丢了工作，房租付不起，走投无路才打这个电话。", {H.INCOME}),
]
NOT_SAID = [
    "低保要什么条件，需要带哪些材料？",
    "请问临时救助怎么申请，在哪里办？",
    "残疾人停车位被私家车占了，没人管。",
    "小区门口盲道被电动车占满，请处理。",
    "他家开着宝马还吃低保，请查一查。",
    "村主任的亲戚有两套房还领着救助金，我要举报骗低保。",
    "养老院门口的路坑坑洼洼，老人走路不方便。",
    "敬老院食堂的油烟太大，影响居民。",
    "小区停水两天了，没法做饭。",
    "楼下烧烤摊天天营业到半夜，吵得没法睡。",
    "路灯坏了一个星期，晚上很黑。",
    "公司拖欠工资三个月，要求尽快发放。",
    "物业费太贵了，交了钱不办事。",
    "医院挂号难，能不能多开几个号？",
    "医药费报销什么时候到账？",
    "儿子上学的学区怎么划分？",
    "孤儿院旁边的工地夜里施工，噪音太大。",
    "我没有工作证，能不能办图书馆的卡？",
    "下岗证丢了怎么补办？",
    "救助站的电话是多少？",
    "如果没地方住，你们管不管公租房？",
    "餐馆的饭没法吃，有苍蝇。",
    "残疾证怎么补办？",
    "火灾隐患太大，楼道堆满杂物。",
    "台风天树倒了压在车上，谁赔？",
    "我们小区没有地方停车。",
    "孩子没人管，天天在楼下踢球吵人。",
    "这点小事不是说揭不开锅，就是想问问补贴。",
    "当年家里揭不开锅，现在日子好了，感谢政府。",
    "建议给老人多建几个食堂。",
    "救护车来得太慢了，差点耽误病人。",
    "开发商跑路，楼盘烂尾，几百户业主无家可归。",
    "住在马路对面都能听到广场舞，吵死了。",
    "学校食堂太挤，很多学生没有饭吃。",
    "物业不理会我们，业主走投无路只好找政府。",
    "五保户老王去世以后，他的宅基地归谁？",
    "驾校退费，我没钱再报一次了。",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), SAID)
def test_signs_are_found_with_the_words_that_tell_of_them(text: str, kinds: set[Hardship]) -> None:
    found = hardships(text)
    assert {one.kind for one in found} >= kinds
    for one in found:
        assert 0 <= one.span[0] < one.span[1] <= len(text)


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_only_sounds_like_need_is_none(text: str) -> None:
    assert hardships(text) == ()


def test_hostile_text_costs_no_time() -> None:
    began = time.monotonic()
    for text in (
        "没" * 100_000,
        "残疾" * 20_000,
        "重病，" * 20_000,
        "孩子" + "没人" * 30_000,
        "起火" + "了" * 50_000,
        "\0" * 5_000,
    ):
        hardships(text)
    assert time.monotonic() - began < 3
    assert hardships("断粮了" + "，" * LONGEST + "看不起病")[0].kind is Hardship.FOOD
