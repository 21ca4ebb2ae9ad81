"""Who calls: name, telephone, special needs and the wishes to be called back and to stay unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.circumstances import find_secrecy
from minhu.language.filling.asked import Ask
from minhu.language.filling.types import Field, Reading, Spoken
from minhu.language.filling.wording import digits_in
from minhu.language.numerals import parse_number

_SURNAMES: Final = (
    "欧阳|司马|上官|诸葛|慕容|司徒|令狐|皇甫|尉迟|公孙|[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄"
    "和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱丘骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢滑裴陆荣翁荀羊惠甄曲家封芮储靳汲邴糜松井段富巫乌焦"
    "巴弓牧隗山谷车侯宓蓬全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎蓟薄印宿白怀蒲从鄂索赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎慕连茹习宦艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广东涂肖付代]"
)
_SURNAMED: Final = regex(rf"(?:^|[，。,、 ]|我|是|免贵|就)(?:免贵)?(?:我是|我)?姓(?P<name>{_SURNAMES})")
_CALLED: Final = regex(
    rf"(?:(?:^|[，。,、 ])(?:我的?)?(?:名字)?叫|我是)(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=$|[，。,、 ])"
)
_FULL: Final = regex(r"(?:^|[，。,、 ])(?:我?叫)?(?P<name>[\u4e00-\u9fff]{2,3})(?=$|[，。,、 ])")
_TITLED: Final = regex(rf"(?:^|[，。,、 我是叫])(?P<name>{_SURNAMES})(?:先生|女士|小姐|师傅|阿姨|大爷|大妈|同志|老师)")
_BARE: Final = regex(rf"^(?P<name>(?:{_SURNAMES})[\u4e00-\u9fff]{{0,2}})[。！]?$")
_REFUSED: Final = regex(r"不方便|不想说|不留|别问|匿名|保密")
_OWN_PHONE: Final = regex(r"(?:这个|本机|我这个)(?:电话|号码?|手机)?|打这个|就是本机")
_MOBILE: Final = regex(r"1[3-9]\d{9}")
_YES: Final = regex(
    r"^(?:嗯|对|是|好|行|可以|要|需要|中|得|成|没问题|当然|有结果|一定|肯定)|打.{0,4}电话(?!人)|发(?:个)?短信|打我手机|告诉我|通知我|给我回"
)
_NO: Final = regex(r"不用|不需要|不必|无需|不要回|不回|别回|别打|免了|算了")
_CALL_ME: Final = regex(
    r"(?:打|拨)我(?:的)?(?:电话|手机)|给我(?:回|打)个?电话|有结果(?:请)?(?:告诉|通知|联系)我|你们打我电话"
)
_AGE: Final = regex(
    r"(?:我|俺|本人|老汉|老太太?)?(?:今年|都|快|已经)?(?P<age>[六七八九]十[一二三四五六七八九]?|[6-9]\d)(?:多)?(?P<unit>岁|了|多岁)"
)
_OWN_AGE: Final = regex(r"(?:我|俺)(?:[^，。]{0,4})?(?:今年|都|快|已经)?$|^(?:今年|都)?$")
_DISABLED: Final = regex(r"残疾人|残疾证|聋哑|盲人|听力残疾|视力残疾|肢体残疾|截瘫|我(?:是)?(?:坐|用)轮椅")
_LIVES_ALONE: Final = regex(r"我[^，。]{0,6}(?:老太婆|老头子|老人家|孤寡|独居|老汉)")


def of_requester(one: Spoken, text: str, asked: frozenset[Ask]) -> Iterator[Reading]:
    """What one utterance says of who calls; ``text`` is it without fillers, ``asked`` what it answers."""
    if name := _name(text, asked):
        yield Reading(Field.NAME, name, 0.9 if Ask.NAME in asked else 0.75, name, one.number)
    yield from _phone(one, asked)
    yield from _special(one, text, asked)
    yield from _wishes(one, text, asked)


def _name(text: str, asked: frozenset[Ask]) -> str:
    wanted = Ask.NAME in asked
    found = _SURNAMED.search(text)
    if found is not None and (wanted or re.search(r"(?:我|免贵)(?:我是|我)?姓$|^姓$", text[: found.start("name")])):
        name = found["name"]
        whole = [one["name"] for one in _FULL.finditer(text, found.end()) if one["name"].startswith(name)]
        return whole[0] if whole and not re.search(r"的", whole[0]) else name
    called = _CALLED.search(text)
    if (
        called is not None
        and (wanted or "我" in called.group())
        and not re.search(r"的|业主|家长|住户", called["name"])
    ):
        return called["name"]
    if wanted and not _REFUSED.search(text):
        titled = _TITLED.search(text) or _BARE.match(text.strip())
        return titled["name"] if titled else ""
    return ""


def _phone(one: Spoken, asked: frozenset[Ask]) -> Iterator[Reading]:
    number, words = digits_in(one.text)
    if mobile := _MOBILE.search(number):
        yield Reading(
            Field.PHONE, mobile.group(), 0.95 if len(number) == len(mobile.group()) else 0.7, words, one.number
        )
    elif number and Ask.PHONE in asked and 7 <= len(number) <= 12:
        yield Reading(Field.PHONE, number, 0.85 if len(number) in (7, 8, 10, 11, 12) else 0.5, words, one.number)


def _special(one: Spoken, text: str, asked: frozenset[Ask]) -> Iterator[Reading]:
    disabled = _DISABLED.search(text)
    if disabled:
        yield Reading(Field.SPECIAL, "disabled", 0.8, disabled.group(), one.number)
        return
    for found in _AGE.finditer(text):
        age = parse_number(found["age"]) or 0
        own = Ask.AGE in asked or _OWN_AGE.search(text[max(0, found.start() - 6) : found.start()] + "") is not None
        own = own or found.group().startswith(("我", "俺"))
        if (
            age >= 60
            and own
            and (found["unit"] != "了" or "我" in found.group() or "都" in found.group() or Ask.AGE in asked)
        ):
            yield Reading(Field.SPECIAL, "elderly", 0.85, found.group(), one.number)
            return
    if alone := _LIVES_ALONE.search(text):
        yield Reading(Field.SPECIAL, "elderly", 0.6, alone.group(), one.number)


def _wishes(one: Spoken, text: str, asked: frozenset[Ask]) -> Iterator[Reading]:
    secret = find_secrecy(text)
    plain = text.strip()
    if Ask.SECRET in asked and _NO.search(plain):
        yield Reading(Field.CONFIDENTIAL, "0", 0.9, plain[:40], one.number)
    elif secret or (Ask.SECRET in asked and _YES.search(plain)):
        words = secret[0].text if secret else plain[:40]
        yield Reading(Field.CONFIDENTIAL, "1", 0.9, words, one.number)
    call_me = _CALL_ME.search(text)
    if Ask.CALLBACK in asked and _NO.search(plain):
        yield Reading(Field.CALLBACK, "0", 0.9, plain[:40], one.number)
    elif call_me or (Ask.CALLBACK in asked and _YES.search(plain)):
        yield Reading(Field.CALLBACK, "1", 0.9, call_me.group() if call_me else plain[:40], one.number)


def is_own_phone(text: str) -> bool:
    """Whether an answer says that the number on the line is the one to call."""
    return _OWN_PHONE.search(text) is not None
