"""Does this matter need a time, a place: a noise without its hours, a purchase without its day cannot be checked.

A broken lamp is broken whenever one comes: no time is asked for. A pension has no place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind
from minhu.language.gazetteer import Gazetteer
from minhu.language.noise.apart import has_named_place

_TIMED: Final = (
    regex(r"噪[音声]|扰民|太吵|吵得|吵醒|吵闹|吵死|轰鸣|(?:音响|声音|音乐|喇叭|鸣笛|唱歌|跳舞)[^，。；]{0,8}(?:大|响|吵|震|刺耳|放)|(?:震|吵|闹)得[^，。；]{0,8}(?:响|睡|慌|疼)|施工[^，。；]{0,6}(?:吵|响)|砸墙|敲墙|打桩"),
    regex(r"停水|停电|停气|停暖|断水|断电|断网|断气|没水|没电|没气|没网|不来水|不来电|暖气不热|不供暖|(?:家里|屋里|室内)[^，。；]{0,4}(?:只有|才)?[一二三四五六七八九十\d]+[来多]?度"),
    regex(r"(?:公交|出租车?|网约车|的士|巴士|大巴|班车|打车|司机|客车|\d+路)[^。；]{0,16}(?:拒载|绕路|甩站|不停|没停|骂|急刹|态度|多收|不打表|拼客|抽烟|闯红灯|超速)|拒载"),
    regex(r"买(?!不[到起]|卖|房|了房)[^，。；]{0,10}(?:过期|变质|假|坏|烂|发霉|不退|翻新|开胶|注水)|(?:不退|不肯退|不给退|拒绝退|不退还)(?:钱|款|货|费|押金|定金|订金)?|多收(?:了|我)|乱收(?:了|我)|多扣|扣了[两二三四\d]|(?:吃|喝)(?:了|完|出|坏)|过期|短斤少两|缺斤|宰客|关门跑路|跑路"),
    regex(r"(?:拖欠|欠|不发|不给|没发|不结)[^，。；]{0,12}(?:工资|薪|工钱|血汗钱|劳务费|工程款)|辞退|(?:把我|被)[^，。；]{0,4}(?:开了|开除|辞了)"),
    regex(r"态度(?:特别|非常|很|极其|十分|太|也)?(?:差|恶劣|不好|蛮横|生硬|冷淡|嚣张)|(?:骂|吼|训斥|推搡|辱骂|打(?!我?电话))(?:了|我(?!电话)|人|老人|孩子|学生|乘客|顾客|业主|群众)|冲[^，。；]{1,6}(?:吼|喊|发火)|刁难"),
    regex(r"(?:臭|异味|恶臭|油烟|废气|黑烟|粉尘|刺鼻|难闻)[^，。；]{0,10}(?:大|重|味|熏|呛|排|气|受不了|散|飘|味道)|熏得|偷排|排放(?:黑|废|臭|污)|飘来[^，。；]{0,6}(?:味|臭)"),
    regex(r"咬(?:了|伤)|被(?:撞|砸|咬|打|烫|刮|偷|骗|抢)|撞(?:了|伤|坏)|砸(?:了|伤|坏|到)|丢(?:了|失)[^，。；]{0,6}(?:手机|钱包|包|车|身份证|东西|行李|物品)|(?:手机|钱包|行李|物品)[^，。；]{0,6}(?:丢|落|遗失|忘)|摔(?:了|伤|倒)|转(?:账|了)[^，。；]{0,6}[万元块]|被骗"),
)  # fmt: skip
"""Noise, outages, transport, purchases, wages, manners, smells, what happened once."""
_TOLD_TIME: Final = regex(
    r"昨|去年|前年|[上下]半年|年[初底]|月[初底]|这些天|(?:从|自)[^，。；]{1,10}(?:开始|起|以来)|今[天日早晚晨夜年]|前天|前几天|当天|当晚|那天|那晚|刚才|刚刚|现在正|这[几两]天|这(?:个)?(?:月|周|星期|学期)|上(?:个|上)?(?:周|月|星期|礼拜|学期)|近(?:日|期|来|几)|最近|平时|周末|节假日|假期|寒假|暑假|(?:春节|元旦|国庆|五一|中秋|清明|端午|除夕|大年|腊月|正月|过年)"
    r"|每[天日晚夜周月年到逢次个]|天天|夜夜|日夜|昼夜|整[天夜宿晚]|成天|一天到晚|通宵|彻夜|从早到晚|早晚|凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|后半夜|深夜|午夜|午休|大半夜|白天|一大早|放学(?:后|时)?|上班时间|高峰"
    r"|(?:[一二两三四五六七八九十百半几\d]+)(?:多|来)?个?(?:多)?(?:天|日|周|星期|礼拜|月|年|小时|钟头|学期)(?!票|卡|费)|[一二三四五六七八九十\d]+(?:点(?!五|[一二三四六七八九]倍)|号(?=[，。；早上中下晚凌夜起到那当]|开始|$)|月份)|\d{1,2}[:：]\d\d|\d{4}年|\d{1,2}月|长期|一直|经常|常年|多年|好久|很久|许久|至今|到现在|连续|持续|断断续续|始终|老是|总是|动不动|隔三差五|三天两头|冬天|夏天|入冬|入夏|下雨|雨天|晴天|(?:开|放)学"
)
_FEW_WORDS: Final = 200
"""Characters up to which a text is read for what it leaves out; a letter says its time in its own way."""
_STANDS: Final = regex(
    r"路灯|井盖|路面|马路|公路|道路|路口|巷子|人行道|盲道|护栏|信号灯|红绿灯|斑马线|标线|坑|积水|下水道|污水|臭水|化粪池|管道|水管|水渠|河道|沟渠|垃圾|渣土|厕所|树|绿化|草坪|花坛|公园|广场|健身器材|电梯|楼道|楼顶|楼上|楼下|隔壁|邻居|对门|小区|物业|业主|单元|车棚|车位|停车|占道|摆摊|摊贩|广告牌|违建|搭建|工地|施工|装修|打桩|噪[音声]|扰民|吵|油烟|异味|臭|废气|粉尘|扬尘|变压器|变电箱|电线|电缆|充电|消防|停水|停电|停气|断水|断电|没水|没电|自来水|水质|水压|电压|燃气|煤气|暖气|供暖|供热|漏水|外墙|墙皮|房屋|房子|楼房|危房|流浪狗|遛狗|狗|猫|老鼠|蚊|蟑螂|饭店|餐馆|早餐|烧烤|食堂|超市|店|市场|网吧|KTV|酒吧|广场舞|公交|班车|学校|幼儿园|医院|诊所|工资|工钱|薪|老板|工厂|养殖|猪场|焚烧|秸秆|村里|田|地里|农田|灌溉|塌|倒了|要倒|高空抛物|监控|门禁|路边|门口|家里"
)
"""What stands somewhere: a unit can go there, if it knows where."""
_TOWN: Final = regex(
    r"[\u4e00-\u9fff]{1,4}(?:镇|乡|街道|社区)(?![政府长上里民亲下土愁])|(?<![全本该农乡山各每行])[\u4e00-\u9fff]{2,4}村(?![民里长委子口])"
)
_NAMED: Final = regex(
    r"[\u4e00-\u9fffA-Z]{2,8}?(?:逸园|华城|名城|新城|游园|公园|花苑|花城|佳园|雅园|豪庭|豪苑|府邸|首府|公馆|国际|湾|庭院|大院|学府|御府|名邸|新居|雅居|水岸|半岛|山庄|度假村|教堂|路段|[A-Za-z]?[0-9一二三四五六七八九十]+(?:期|栋|幢|号楼)|[一二三四五六七八九十\d]+中(?![午心间]))"
)
_NO_PLACE_NEEDED: Final = regex(
    r"网购|网上|网店|平台|拼单|直播|淘来|快递单|店铺|客服|app|APP|小程序|公众号|话费|流量|套餐|短信|骚扰电话|诈骗|冒充|转账|社保|医保|公积金|养老金|退休金|低保|失业金|生育津贴|补贴|税|身份证|户口|驾照|驾驶证|年检|违章|抓拍|学籍|热线|12345|工单|客票|航班|高铁|火车票|\d+路|\d{2,4}公交|[一二三四五六七八九十]+路(?:公交|车)|政策|文件|规定|执照|证书|资格证|招聘|考试|最低工资|中考|高考|待遇"
)
_PROPER: Final = regex(
    r"[\u4e00-\u9fffA-Za-z0-9]{2,12}?(?:有限公司|集团|公司|合作社|饭店|酒店|宾馆|餐厅|餐馆|火锅店|烧烤店?|面馆|超市|商场|百货|药店|药房|诊所|医院|卫生院|幼儿园|小学|中学|学校|学院|驾校|健身房|美容院|影城|网吧|KTV|酒吧|银行|中心|大厅|大厦|广场|景区|度假区|市场|菜场|店|厂|站|局)"
)
_GENERIC: Final = regex(
    r"(?:我们?|他们|你们|这|那|某|有|个|家|一|隔壁|楼下|楼上|附近|旁边|对面|门口|小区|公司|单位|学校|当地|几|里|的|了|在|被|到|去|和|很多|所有|另|其他|整|全|各|每|老|新开|路边|镇上|村里|县城|市里|派出|供水|供电|供热|供暖|燃气|热力|自来水|公交|物业|房地产|服务|购物|行政|政务|卫生服务|劳务|建筑|装修|搬家|保险|电信|移动|联通|联系|打|找|电话|给|让|说|请|向|问|投诉|举报|反映|那种|收费|司机|师傅|老人|孩子|加油|充电|变电|垃圾|中转|泵|网)+"
)


def needs_time(text: str) -> bool:
    """Whether the matter is of a kind that is checked by its time, and nothing in the words says one."""
    body = text[:_FEW_WORDS]
    return any(one.search(body) for one in _TIMED) and not _TOLD_TIME.search(text)


def needs_place(text: str, elements: Sequence[Element], gazetteer: Gazetteer | None, *, danger: bool = False) -> bool:
    """Whether the matter has a place and nothing in the words says one that a unit could go to.

    With ``danger`` to life somebody must go there, whatever it is about.
    """
    if len(text) > _FEW_WORDS or not (danger or (_STANDS.search(text) and not _NO_PLACE_NEEDED.search(text))):
        return False
    if _is_named(text) or has_named_place(text, gazetteer):
        return False
    named = (one.value for one in elements if one.kind is ElementKind.PARTY)
    return not any(_is_proper(one) for one in (*named, *(hit.group() for hit in _PROPER.finditer(text))))


def _is_named(text: str) -> bool:
    """Whether a town, a village or something that ends like an estate is named."""
    hits = (*_TOWN.finditer(text), *_NAMED.finditer(text))
    return any(len(_GENERIC.sub("", hit.group()[:-1])) >= 2 for hit in hits)


def _is_proper(name: str) -> bool:
    """Whether a name is one of its own (鑫旺超市) and no word for many (楼下的饭店, 供电公司)."""
    whole = _PROPER.search(name)
    if whole is None:
        return False
    kind = _ENDS.search(whole.group())
    own = _GENERIC.sub("", whole.group()[: kind.start()] if kind else whole.group())
    return len(own) >= 2


_ENDS: Final = regex(
    r"(?:有限公司|集团|公司|合作社|饭店|酒店|宾馆|餐厅|餐馆|火锅店|烧烤店?|面馆|超市|商场|百货|药店|药房|诊所|医院|卫生院|幼儿园|小学|中学|学校|学院|驾校|健身房|美容院|影城|网吧|KTV|酒吧|银行|中心|大厅|大厦|广场|景区|度假区|市场|菜场|店|厂|站|局)$"
)
