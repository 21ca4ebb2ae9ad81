"""Made texts with known personal data, for measuring the recogniser: every person, number and address is invented.

A text marks what is personal as `[words|kind]`; `unmarked` gives the text and the marked spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

MARK = re.compile(r"\[([^|\]]+)\|([a-z]+)\]")
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱胡郭何罗梁谢宋唐许邓韩冯曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢傅钟姜"
GIVEN = "晓明建国志强丽华秀英桂兰海燕春梅雪峰文博思远子涵雨桐俊杰佳怡浩然欣悦家豪美玲振宇慧敏立新"
PLACES = ("柳湾街道春晖小区", "望江路", "云栖花园", "滨江公园南门", "青石巷", "中心小学门口", "菜市场北口", "金桂家园")
MATTERS = (
    "路灯不亮已经三天",
    "楼上漏水一直没人管",
    "夜里施工噪音很大",
    "垃圾没有清运",
    "停车收费不合理",
    "预付卡商家跑路不退款",
    "暖气不热",
    "井盖破损很危险",
    "占道经营",
    "电梯经常停运",
    "拖欠工资",
    "自来水发黄",
)
HARMLESS = (
    "工单编号{order}还没有办结", "依据《物业管理条例》第{small}条", "{year}年{month}月{day}日交了{money}元", "乘坐{small}路公交车",
    "电表读数{meter}", "拨打12345和110都试过", "投诉电话400-810-{four}打不通", "发票号{invoice}", "小区有{small}栋楼共{four}户",
    "坐标{lat},{lon}", "合同金额{money}.50元", "电费户号{meter}", "快递单号SF{invoice}", "已经等了{small}天{small}小时",
    "王先生和李女士都反映过", "负责人马上就走了", "本人高度重视安全问题", "业主单位没有回应", "{year}-{month}-{day} 08:30 开始停水",
    "面积{small}.5平方米", "三号楼门口", "涉及金额{money}万元", "文号云政发〔{year}〕{small}号", "申请人应当提交材料",
)  # fmt: skip
PERSONAL = (
    "我叫{name}", "本人姓名：{name}", "联系人{name}", "联系人：{name}", "投诉人{name}称多次反映无果", "请联系{name}先生", "户主是{name}",
    "电话{phone}", "手机号码：{phone}", "请回电{phone}", "联系方式 {phone}", "座机{landline}", "家里电话{landline}",
    "身份证号{identity}", "身份证：{identity}", "证件 {identity}", "卡号{card}", "退款到银行卡{card}", "邮箱{email}", "发到{email}即可",
    "车牌{plate}", "一辆{plate}长期占道", "微信{wechat}", "QQ号{qq}", "护照{passport}", "我住{room}", "地址是春晖路8号{room}",
    "{room}漏水", "业主{name}电话{phone}",
)  # fmt: skip


def unmarked(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The plain text, and (begin, end, kind) of each marked stretch."""
    text, spans, at = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return text + marked[at:], spans


def generated(count: int, seed: int = 2026) -> Iterator[str]:
    """Marked texts: complaints with none to three personal values, between numbers that only look like some."""
    rng = Random(seed)  # noqa: S311 - made cases, no secret
    for _ in range(count):
        parts = [f"{rng.choice(PLACES)}{rng.choice(MATTERS)}"]
        parts += [_filled(rng, rng.choice(HARMLESS)) for _ in range(rng.randint(0, 2))]
        parts += [_filled(rng, rng.choice(PERSONAL)) for _ in range(rng.randint(0, 3))]
        rng.shuffle(parts)
        yield rng.choice("，；。").join(parts) + "，请尽快处理。"


def _filled(rng: Random, template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: _value(rng, match[1]), template)


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _value(rng: Random, what: str) -> str:
    plain = {
        "order": lambda: f"26{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{_digits(rng, 7)}",
        "small": lambda: str(rng.randint(2, 88)),
        "year": lambda: str(rng.randint(2019, 2026)),
        "month": lambda: str(rng.randint(1, 12)),
        "day": lambda: str(rng.randint(1, 28)),
        "money": lambda: str(rng.randint(100, 99999)),
        "meter": lambda: f"{rng.randint(1, 9)}{_digits(rng, 8)}",
        "four": lambda: f"{rng.randint(1, 9)}{_digits(rng, 3)}",
        "invoice": lambda: f"0{_digits(rng, 11)}",
        "lat": lambda: f"30.{_digits(rng, 6)}",
        "lon": lambda: f"120.{_digits(rng, 6)}",
    }
    if what in plain:
        return plain[what]()
    kind = {"wechat": "account", "qq": "account", "room": "address"}.get(what, what)
    return f"[{_personal(rng, what)}|{kind}]"


def _personal(rng: Random, what: str) -> str:
    if what == "name":
        return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.randint(1, 2)))
    if what == "phone":
        digits = f"1{rng.choice('3456789')}{_digits(rng, 9)}"
        form = rng.choice(("{0}{1}{2}", "{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}"))
        return form.format(digits[:3], digits[3:7], digits[7:])
    if what == "landline":
        return f"0{rng.randint(310, 999)}{rng.choice(('-', '', ' '))}{rng.randint(2, 8)}{_digits(rng, 7)}"
    if what == "identity":
        return _identity(rng)
    if what == "card":
        return _card(rng)
    if what == "room":
        return rng.choice(("{0}单元{1}{2:02d}室", "{1}{2:02d}室", "{0}单元{1}{2:02d}", "{1}{2:02d}房")).format(
            rng.randint(1, 6), rng.randint(1, 32), rng.randint(1, 8)
        )
    forms = {
        "email": lambda: f"{rng.choice('abcdefg')}{_digits(rng, 4)}@{rng.choice(('example.org', 'mail.example.com'))}",
        "plate": lambda: f"{rng.choice('京浙苏粤川')}{rng.choice('ABCDEF')}{rng.choice(('', '·'))}{_digits(rng, 5)}",
        "wechat": lambda: f"wx_{_digits(rng, 6)}",
        "qq": lambda: f"{rng.randint(1, 9)}{_digits(rng, 8)}",
        "passport": lambda: f"E{_digits(rng, 8)}",
    }
    return forms[what]()


def _identity(rng: Random) -> str:
    head = f"330{rng.randint(101, 199)}{rng.randint(1950, 2008)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{_digits(rng, 3)}"
    total = sum(int(d) * w for d, w in zip(head, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return head + "10X98765432"[total % 11]


def _card(rng: Random) -> str:
    head = f"62{_digits(rng, 16)}"
    doubled = (int(digit) * (1 if at % 2 else 2) for at, digit in enumerate(reversed(head)))
    check = -sum(value - 9 if value > 9 else value for value in doubled) % 10
    return f"{head}{check}"
