"""Which emergency services a danger needs, several at once, the one that must come first in front.

Cues in the dangerous clauses name the services (a burn needs an ambulance beside the fire brigade, a person on a roof
rescue beside the police); a small learnt model says which comes first, and speaks alone where no cue is found.
Source: intake table of the hotline rules (110 police, 119 fire and rescue, 120 ambulance, 122 traffic police).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from minhu.kernel.patterns import regex
from minhu.language.categories import CategoryModel
from minhu.language.types import HandOver, Span

# So many characters around a finding belong to the same event.
_AROUND = 40
_VEHICLE = "(?:车|大巴|客车|公交|货车|轿车|摩托|校车|的士|罐车|驾驶室|骑车)"
_FIRE = regex(
    r"着(?:了|大)?[火伙](?!锅)|起(?:了|大)?火(?!车)|失火|大火|火苗|火海|火势|烧(?:起来|着)|着[咧嘞]|自燃|爆燃|(?<!报)(?:黑|浓|黄)烟|火星|喷火|点着|爆炸|炸(?:了|开|伤|好|得)|一声巨响|轰的一声|爆表|(?:煤气|燃气|天然气|液化气|甲烷|沼气)[^，。]{0,8}(?:漏|味|爆|断|穿|喷|泄|倒)|漏气|臭鸡蛋|(?:一|满|全是|好大)[^，。]{0,4}煤气|火也灭了|氧气瓶"
)
# The learnt part names the first service when it is this sure; the cues still add the others.
_SURE = 0.5
DEFAULT_MODEL = Path(__file__).parent / "models" / "services-default"
_RESCUE = regex(
    r"(?<!贫)被?困(?:在|住|人)|电梯(?!公司)[^。]{0,10}(?:停|困|卡|坠)|卡(?:在|住)|反锁|锁(?:在)?(?:车|冷库)|出不(?:来|去)|拔不出|(?:手|腿|脚|头|身子|胳膊)[^，。]{0,4}(?:卷|绞|夹|卡)[进在住](?!驾驶)|搅拌机|迷路|索道|半空|悬(?:在|着|空)|塌|垮|倒塌|滑坡|滑下来|往下滑|裂(?:了|开)[^，。]{0,8}(?:大|掉|缝)|往下(?:掉|沉)|(?:砸|压|埋)(?:下来|在|住|到|底|了)[^，。]{0,6}(?:下|底|人|里|车)|埋了人|压底下|围墙倒|(?:楼|房子?)[^，。]{0,5}(?:歪|斜|断|沉)|落水|溺|扑腾|(?:掉|滑|陷|冲|栽|坠|翻|卷)(?:进|到|下|入)?了?[^，。]{0,5}(?:河|江|湖|井|窟窿|塘|水库|水里|池|冰|下去|沟|坑)|冰窟|湖中|河中|下穿|淹|进水|水(?:到|漫|都到|位)[^，。]{0,4}(?:胸|腰|窗|楼|脖|二|一)|漫到|山洪|洪水|涨(?:起来|水)|房顶上|清(?:化粪池|淤)|化粪池|沼气池|下井|(?:高压)?线[^，。]{0,6}(?:刮断|断了|垂|掉)|积水里有电|有电[，。]|(?:掉|摔|卷|冲|滑|翻|陷)下去(?:了|的)?"
)
_HEIGHT = regex(
    r"龙门吊|外架|围栏外|空调板|水塔|信号塔|高压塔|江中间|河中间|鸡棚里上吊|被我抱住|天台|楼顶|护栏外|栏杆(?:上|外)|塔吊|桥(?:上|栏|外|边)|护栏|悬空|窗(?:台|户?外|户开)|阳台(?:外|上)|从[^，。]{0,6}楼上下去|就跳|跳(?:下|楼|江|河|桥)"
)
_INJURY = regex(
    r"(?:腿|胳膊|手臂?|脚|头|骨头?|脑袋)[^，。]{0,4}(?:折|断|破|露出来|开瓢|卷进去|压扁)|把人开瓢|(?:压|埋|砸|卷)[^，。]{0,2}(?:下面|底下|住了人)|底下压着|沉在水底|只露出|挂在(?:树|半空|架)|抽过去|甩出去|一头栽|撞倒(?:一片|好几)|卷底下|(?:客车|大巴|校车|三轮车|中巴)[^，。]{0,4}翻|下半身看不见|喝了[^，。]{0,4}药|砸我头|重影|抽风|血(?!压|糖|汗|本|站|亏)|受伤|炸伤|烧伤|烫伤|砍伤|打伤|伤(?:了|得|者|员)|骨折|肋骨|断了(?=$|[，。]|.{0,3}(?:人|腿|手))|昏|晕|没(?:有)?(?:呼吸|意识|脉搏|气了|反应|知觉|动静|声)|冇反应|無應|勿应|叫(?:都)?(?:不|勿)(?:醒|应|答)|推不醒|不醒|抽搐|白[沫泡]|发紫|发青|发黑|不动|动不(?:了|得)|躺(?:着|在|那|地)|倒在|捅|割腕|抢救|半死|哭成一片|卷到|卡在驾驶|毒|呕吐|满脸|撕咬|咬(?:了|穿|断)|砍|斩人|攮"
)
_ILLNESS = regex(
    r"胸口|心(?:梗|脏|绞痛|慌|更)|喘|呼吸|气紧|噎|中风|脑[梗溢出]|嘴(?:也)?歪|抬不起|羊水|要生|见红|难产|早产|过敏|疹子|高烧|烧到|四十[一二]?度|抽(?:筋|风|搐)|翻白眼|往上翻|打了胰岛素|低血糖|犯困|透析|呼吸机|吸氧|肚子(?:胀|疼|痛)|打滚|吐(?:血|了)|上吐下泻|又吐又拉|大出血|流口水|浑身抖|肿得|全身(?:起|发)|蜇|蛇|服?药(?!店|厂)|农药|敌敌畏|百草枯|安眠药|老鼠药|误[喝食服]|纽扣电池|菌子|蘑菇|中暑|冻得|冻僵|没知觉|起不来|站不[住稳起]|晕乎|头[疼痛晕昏]|恶心|炭|煤炉|蜂窝煤|热水器|触电|被?电(?:打|倒|击|到|了)|漏电|插座|变压器|一个人在(?:老家|家)|独居|没开门|敲门没|流血|休克|救护车|急救|120|摔(?:了|倒|在|下)|后脑|快不行|不行了|没脉"
)
_POLICE = regex(
    r"刀(?!削面|具)|枪|斧|炸弹|钢管|棍子|杀|砍|捅(?!插|马蜂|娄)|斩|攮|剁|整死|弄死|打(?:我|她|他|人|架|群|得|断|伤|起来)|动手|踹|掐|暴打|施暴|家暴|虐|猥亵|性侵|强奸|脱(?:她|我|他|了)?裤|烟头|针扎|拿针|铁链|开水泼|泼|抢|劫|绑架|拐|尾随|跟踪|堵在|堵我|扣(?:在|押)|拧我门|撬|身份证[^，。]{0,6}收|不让(?:走|出)|看着[，。]|失踪|走丢|不见了|走失|没找到|找不到|跑(?:出去|哪)|离家|领走|抱走|关机|黑车|遗书|自杀|轻生|不想活|活着|活路|留了?张?纸条|下辈子|写好|割腕|跳(?:下|楼|江|河|桥)|就跳|攒够|汽油|一起(?:死|烧)|威胁|扬言|救名|家伙|炸弹|讨薪|不发工资|再不给钱|欠(?:我们|薪)|垃圾桶里|刚出生|一个人锁|关在地下室|推下楼|说谁进来|爸打|妈打|救命|报警|110|狼狗|恶犬|发疯|豹子|撕咬|撒(?:疯|野)|送外?卖[^，。]{0,10}(?:地址|上次)"
)
_CRASH = regex(
    rf"车祸|追尾|相撞|对撞|撞(?:了|上|到|倒|飞|伤|人|向)[^，。]{{0,6}}(?:人|车|护栏|老|孩|我|他)?|{_VEHICLE}[^，。]{{0,10}}(?:撞|翻|侧翻|冲出|冲下|碾|轧|卷到)|(?:被|让)[^，。]{{0,6}}{_VEHICLE}[^，。]{{0,4}}(?:撞|碾|轧|卷|拖)|驾驶室|车轮|轮子下|斑马线上一动|肇事|刹不住|刹车失灵"
)
_SUICIDE = regex(
    r"空药板|吃了好多|(?:一板一板|整瓶|全)[^，。]{0,4}(?:抠|吃|吞|倒嘴)|农药拌|不拖累|一起走|陪葬|往江中间|外架上|龙门吊|反锁在屋里[^。]{0,12}血|上吊|自杀|轻生|不想活|遗书|割腕|跳(?:楼|江|河|桥)|就跳|下辈子|活着|活路|攒够|安眠药|百草枯|敌敌畏|喝了?(?:农)?药|栏杆|护栏外|天台|楼顶|塔吊"
)


def services(text: str, spans: Iterable[Span]) -> tuple[HandOver, ...]:
    """All services a danger needs, the first to call in front; never empty.

    ``text`` is the text without its idioms, ``spans`` say where the danger stands; without any the whole is looked at.
    """
    near = _near(text, tuple(spans))
    fire, rescue, crash = _FIRE.search(near), _RESCUE.search(near), _CRASH.search(near)
    police, suicide = _POLICE.search(near), _SUICIDE.search(near)
    hurt, ill = _INJURY.search(near), _ILLNESS.search(near)
    needed: list[HandOver] = []
    if fire or (rescue and not _only_crash(crash, rescue)):
        needed.append("119")
    if crash and not (police and not hurt):
        needed.append("122")
    if police or suicide:
        needed.append("110")
        if suicide and _HEIGHT.search(near):
            needed.append("119")
    if hurt or ill:
        needed.append("120")
    needed.sort(key=lambda one: _rank(one, bool(fire or rescue), bool(crash)))
    first, chance = learnt(near)
    if (chance >= _SURE and not fire) or not needed:
        needed.insert(0, first)
    return tuple(dict.fromkeys(needed))


@lru_cache(maxsize=1)
def services_model() -> CategoryModel:
    """The small model that ships: which service a cry for help belongs to first."""
    return CategoryModel.load(DEFAULT_MODEL)


def learnt(text: str) -> tuple[HandOver, float]:
    """The service the learnt part would call first and how sure it is."""
    best = services_model().predict(text)[0]
    named: dict[str, HandOver] = {"110": "110", "119": "119", "120": "120", "122": "122"}
    return named[best.value], best.probability


def _only_crash(crash: re.Match[str] | None, rescue: re.Match[str]) -> bool:
    """A car in a ditch is the traffic police's until somebody cannot get out."""
    return crash is not None and re.search(r"沟|坑|下去", rescue.group()) is not None


def _rank(service: HandOver, saving: bool, crash: bool) -> int:
    """Fire and rescue first, then the police for what is being done, the traffic police on the road, the ambulance."""
    order: dict[str, int] = {"119": 0 if saving else 3, "122": 1, "110": 2, "120": 4, "none": 5}
    if crash and service == "110":
        return 5
    return order[service]


def _near(text: str, spans: tuple[Span, ...]) -> str:
    if not spans or len(text) <= 4 * _AROUND:
        return text
    return "。".join(text[max(0, start - _AROUND) : end + _AROUND] for start, end in spans)
