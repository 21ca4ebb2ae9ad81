"""A second look for danger that no row of the hazard table names: weak signs that add up in one sentence.

Each distinct sign counts once: bodily signs 2, dangerous things and deeds 1, 'it is happening and out of hand' 1.
A sentence with somebody in it, a bodily or dreadful sign and a sum of at least ``LIMIT`` is danger.
"""

from __future__ import annotations

from minhu.kernel.patterns import regex
from minhu.language.types import Span

LIMIT = 3
SEVERE = regex(
    r"白沫|瞳孔|血喷|喷血|是血|流血|出血|鲜血|血流|血迹|脸肿|脸都肿|脸很肿|脸也肿|发紫|发青|发黑|站不[稳住]|瘫|僵|咳不出|喘|憋[得气]|没声|没动静|没上来|没出来|没再上来|不动(?!产|摇|弹力)|动不了|动弹不得|拿不下来|拔不出|悬在|吊在|挂在|埋|绞|轧|碾|扎穿|刺穿|贯穿|掉下去|掉了下去|摔下|滚下|沉|溺|淹|昏|晕|抽搐|抽筋|失去知觉|说不出话|神志|意识|撞墙|惨叫|呼救|救命|喊救|求救|不放人|放人|砍|捅|掐|勒|跳下|翻过栏杆|浑身(?:发抖|是伤|发烫)|全身(?:是伤|发抖|发烫)|抢救|奄奄一息|快没气|砸中|砸到|砸伤|扑倒|咬住|咬伤|咬着|往地上摔|摔(?:在|到)地|拖着|踩踏|踩空|脑袋|后脑|伤口|肠子|骨头|煞白|惨白|苍白|发白|冷汗|冒汗|发麻|麻木|迷糊|说胡话|认不出|心慌|心口|绞痛|见红|虚脱|脱水|起不来|叫不|被埋|埋[了在住着]|打不开|出不[来去]|到腰|到胸|到脖子|到膝盖|到我腰|到我胸|到他腰|到她腰|别想活|活着出去|要我命|要你命|要你的命|要我的命|弄死|不撒手|拽着|抓着不放|陌生(?:男|女|人)|没什么好?留恋|不留恋|没有留恋|活着|拖累|累赘|没有明天|看不到希望|片药|粒药|颗药|药吃多|吃错药|过量|头孢|酒精|舌头|血压|血糖|爆了|炸|点着|点火|点了|砰|窒|挣扎|求饶|哀嚎|惨|毒|吞|淹|呼吸|心跳|失温|烧伤|烫伤|灼伤|窒息|吐血|快死|要死了|断气|剧痛|疼得|痛得"
)
_SIGN = regex(
    r"呕吐|恶心|头晕|头疼|头痛|发烧|高烧|倒(?:了|下|在|地)|断了|塌|压|卡|夹|掉(?:下|进|到)|翻(?:到|进|下|了)|撞(?!见)|烧|浓烟|着火|火|漏气|气味|毒|炭|冰|洪|绳|刀|斧|枪|锁|关在|绑|打|踢|吞|农药|药|沼气|井|沟|水里|河|湖|配电|触|电|失智|痴呆|凌晨|联系不上|喊|哭|下雪|短袖|冻|零下|没有暖气|硬币|钢筋|搅拌机|机器|悬崖|楼顶|窗|阳台|桥|半空|梁|孕妇|临产|产妇|婴儿|宝宝|新生儿|血|伤|疼|痛|胸|头部|脖子|高空|深坑|坑里|化粪池|污水|山上|雷|蛇|狗|马蜂|汽油|进水|水位|涨水|涨上|漫|冷库|堵死|堵住|垮|塌|拦(?:在|住)|要钱|抢|泼|吃了|喝了|喝多|酒|很困|通红|很快|闺女|见红|肚子疼|七个月|护栏|桥墩|钢板|安全帽|电动车|充电|放学|吃错|没电|不撒手|被困|最后一|胳膊|左边|脸|头|腿|床|摔|拎|掐|巷子|没人"
)
_OUT_OF_HAND = regex(
    r"现在|刚|正在|正|突然|到现在|还在|已经|拦不住|拉不住|劝不住|止不住|盖不住|关不上|来不及|等不及|快来|快派|救|怎么办|没人敢|一直|急|120|119|110|分钟|就倒|马上|越来越"
)
_SOMEBODY = regex(
    r"我(?!们(?:小区|单位|村|这|公司|业主|区|市))|他|她|孩子|小孩|娃|女儿|儿子|女孩|男孩|宝宝|婴儿|学生|老人|大爷|大妈|奶奶|爷爷|外婆|外公|母亲|父亲|妈|爸|老公|老婆|丈夫|妻子|邻居|室友|同学|同事|工友|工人|师傅|司机|乘客|行人|路人|群众|有人|[一二两三四五六七八九十几0-9]个人|男子|女子|男人|女人|孕妇|产妇|病人|患者|小伙|姑娘|阿姨|叔叔|人(?:在|被|下去|躺|倒|不)"
)


def signs(sentence: str) -> tuple[int, Span | None]:
    """Points of a sentence and the span from its first to its last bodily sign; (0, None) without one."""
    severe = {match.group(): match.span() for match in SEVERE.finditer(sentence)}
    if not severe or (len(severe) < 2 and not _SOMEBODY.search(sentence)):
        return 0, None
    covered = list(severe.values())
    other = {
        match.group()
        for match in _SIGN.finditer(sentence)
        if not any(start <= match.start() < end for start, end in covered)
    }
    points = 2 * min(len(severe), 3) + min(len(other), 3) + (1 if _OUT_OF_HAND.search(sentence) else 0)
    starts, ends = zip(*covered, strict=True)
    return points, (min(starts), max(ends))
