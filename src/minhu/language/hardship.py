"""Signs that somebody may need social assistance (可能需要社会救助), with the words that tell of them. Pure rules.

A sign is a suggestion to a person, who asks and decides; it proves nothing and grants nothing. Heard of the speaker or of
somebody he tells of. What asks for a rule ('低保要什么条件'), complains of another's benefit ('他家开宝马还吃低保') or is about
places and things for such people ('残疾人车位被占') is none. Source of the kinds: the State Council's interim measures for
social assistance (社会救助暂行办法), chapters on minimum living, destitute people, disasters, medical and temporary relief.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.kernel.patterns import regex
from minhu.language.types import Span

MAKER: Final = "hardship/2026.11"
LONGEST: Final = 4_000
"""Characters that are read."""


class Hardship(Labelled):
    """What kind of need the words tell of."""

    FOOD = "food", _("断粮缺衣")
    ILLNESS = "illness", _("重病无力医治")
    INCOME = "income", _("失业无收入")
    ELDERLY = "elderly", _("孤老无人照料")
    DISABLED = "disabled", _("残疾困难")
    CHILD = "child", _("儿童无人抚养")
    DISASTER = "disaster", _("遭灾无着")
    SHELTER = "shelter", _("无处居住")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign; ``span`` is half-open in the text that was read."""

    kind: Hardship
    span: Span


_POOR: Final = (
    r"(?:没(?:有)?(?:任何|一点|固定|稳定)?(?:收入|经济来源|生活来源|钱|积蓄|存款)|无(?:任何|固定)?(?:收入|经济来源|生活来源|积蓄)"
    r"|(?:生活|日子|家里|家庭)(?:非常|特别|十分|很|实在|都)?(?:困难|过不下去|维持不下去|拮据|贫困|揭不开锅)|过不下去|走投无路|负债累累|倾家荡产|借遍了"
    r"|(?:付|交|拿|掏|凑|出)不(?:起|出|够|上)|看不起病|治不起|吃不起|买不起(?:药|米|菜|奶粉))"
)
_SICK: Final = r"(?:癌|白血病|尿毒症|透析|肿瘤|化疗|放疗|瘫痪|中风|脑梗|偏瘫|植物人|重病|大病|重症|罕见病|血友病|器官移植|换肾|心脏病|脑出血|渐冻|再生障碍)"
_NEAR: Final = r"[^。！？!?；;]{0,28}?"
_RULES: Final[tuple[tuple[Hardship, re.Pattern[str]], ...]] = (
    (Hardship.FOOD, regex(
        r"断(?:了)?粮|揭不开锅|(?:没|没有|没得|冇)(?:东西|饭|米|吃的|食物)(?:可)?吃|(?:没|没有)(?:吃|米)(?:的|下锅)了?"
        r"|(?:[一二两三四五1-9]|好几)(?:天|顿)(?:都)?没(?:有)?(?:吃(?:上|过|饭|东西)|饭吃)|(?:吃|穿)(?:饭|衣)?(?:都)?成(?:了)?问题|饿(?:着)?肚子|吃了上顿没(?:有)?下顿"
        r"|(?:没|没有)(?:钱)?(?:买|给孩子买)(?:米|菜|奶粉|吃的)|(?:没|没有)(?:棉衣|厚衣服|被子|棉被)(?:穿|盖|过冬)|(?:换洗)?衣服都没有|靠(?:捡|讨|邻居接济|好心人)[^，。]{0,8}(?:过|活|吃)"
    )),
    (Hardship.ILLNESS, regex(
        rf"{_SICK}{_NEAR}{_POOR}|{_POOR}{_NEAR}{_SICK}|看不起病|治不起病?|(?:没|没有)钱(?:治|看|做手术|住院|买药|交(?:住院|手术|医药)费)"
        r"|(?:医药|手术|住院|治疗|化疗|透析)费[^，。！？]{0,8}(?:凑不|付不|交不|拿不|花光|欠(?:了)?)[^，。！？]{0,6}|(?:治病|看病|住院)[^，。！？]{0,8}(?:花光|借遍|欠(?:了|下)|掏空|倾家荡产)"
        r"|停(?:药|止治疗)了?[^，。]{0,4}(?:没钱|因为没钱)"
    )),
    (Hardship.INCOME, regex(
        rf"(?:失业|下岗|丢了工作|没(?:有)?工作|找不到(?:工作|活)|没有?活干){_NEAR}{_POOR}|{_POOR}{_NEAR}(?:失业|下岗|没(?:有)?工作|找不到(?:工作|活))"
        r"|(?:全家|一家(?:人|[三四五六]口)?|家里)[^，。！？]{0,10}(?:没(?:有)?(?:任何|一分钱)?收入|断了(?:收入|经济来源))|(?:生活|日子)(?:实在|真的|已经)?(?:过不下去|维持不下去)(?:了)?"
        r"|(?:没|没有)(?:任何)?(?:生活|经济)来源"
    )),
    (Hardship.ELDERLY, regex(
        r"(?:孤寡|五保户?)(?:老人|老太|老头|老汉|大爷)(?![^，。！？]{0,4}(?:政策|关怀))|孤老头?子?(?![院])|无儿无女(?!家庭)(?![^。]{0,12}领养)"
        r"|(?:无子女|没(?:有)?(?:儿女|子女|后代))[^。！？]{0,10}(?:老人|老太|老头|大爷|老汉|奶奶|爷爷|没人(?:管饭|照顾|照料)|无人(?:照顾|照料))"
        r"|(?:老人|老太太|老头|大爷|奶奶|爷爷|老汉|[七八九]十(?:多|几|来)?岁|[789]\d(?:多)?岁)[^。！？]{0,16}(?:无人(?:照顾|照料|赡养)|没(?:有)?人(?:照顾|照料|赡养|管(?:饭|吃))|生活不能自理[^。！？]{0,8}(?:没人|无人|一个人))"
        r"|独居(?:的)?(?:老人|老太|老头)[^。！？]{0,16}(?:没人|无人|不能自理|没饭|摔|病|困难)"
    )),
    (Hardship.DISABLED, regex(
        rf"(?:重度|一级|二级|三级|肢体|智力|精神|视力|听力)?(?:残疾(?:人|证)?|残障|瘫痪(?:在床)?|智障|精神病人?){_NEAR}(?:{_POOR}|无人(?:照顾|照料|监护)|没(?:有)?人(?:照顾|照料|管)|干不了活|不能(?:干活|劳动|工作)|丧失劳动能力)"
        r"|丧失劳动(?:能)?力"
    )),
    (Hardship.CHILD, regex(
        r"孤儿|事实无人抚养|(?:孩子|小孩|娃|学生|孙子|孙女|女儿|儿子|兄妹|姐弟)[^。！？]{0,18}(?:没(?:有)?人(?:养|抚养|照顾)|无人(?:抚养|监护|照顾)|(?:上|读)不起学|(?:学费|书费|生活费)[^，。]{0,6}(?:交不[起上]|凑不|没着落))"
        r"|(?:父母|爸妈|爹妈|父亲|母亲|爸爸|妈妈)[^。！？]{0,8}(?:双亡|都(?:去世|不在|死|走)了|去世|坐牢|服刑|失踪|跑了)[^。！？]{0,18}(?:孩子|小孩|娃|孙子|孙女|兄妹|姐弟|[一二两三四五六七八九十\d]{1,2}岁)"
    )),
    (Hardship.DISASTER, regex(
        r"(?:起火|失火|火灾|着火|水灾|洪水|大水|滑坡|塌(?:了|方)|地震|台风|龙卷风|泥石流)[^。！？]{0,24}(?:烧光|烧没|全烧|什么都没(?:有)?了|冲(?:走|没|垮)了?|没(?:有)?地方住|无家可归|住不了|(?:换洗)?衣服(?:都)?没|借住|没(?:有)?着落|(?:粮食|庄稼|家当)[^，。]{0,6}(?:没|光|毁))"
        r"|(?:家里|房子|家当)[^，。！？]{0,6}(?:烧光|全烧(?:没)?了|冲(?:走|垮)了|烧得(?:精光|什么都不剩))"
    )),
    (Hardship.SHELTER, regex(
        r"(?:我|我们一?家|他|她|一家人|孩子|老人|母子|母女)[^，。！？业户]{0,8}无家可归|(?:睡|住)(?:在)?(?:大街|马路|桥洞|桥下|天桥|车站|公园|涵洞|地下通道|银行(?:门口|大厅)|屋檐下)(?:上|里|下|长椅)?(?!对面|旁|边|附近|口)|(?:没|没有|冇)(?:地方|地儿|屋|房子)(?:可)?住|露宿|流落(?:街头|在)|被(?:赶|撵)出(?:来|家门?)[^，。]{0,10}(?:没|无)"
    )),
)  # fmt: skip
_NOT: Final = regex(
    r"(?:食堂|学校|餐厅|餐饮店|开会|业主|开发商|楼盘|交房)[^。！？]{0,40}(?:没(?:有)?饭吃|饿(?:着)?肚子|无家可归|没地方住|流落街头|走投无路)|(?:像|好像|如同|仿佛)[^，。]{0,6}(?:无家可归|睡在马路)"
    r"|(?:孤寡|五保)(?:老人|户)[^，。！？]{0,6}(?:身故|去世|死|过世)"
    r"|(?:申请|办理?|办|领|享受|符合|评|审批|发放)?(?:低保|五保|特困|救助|补贴|补助|残疾证|护理费|两补|临时救助|助学金|公租房|廉租房)[^。！？；]{0,16}"
    r"(?:条件|标准|材料|流程|手续|多少(?:钱)?|怎么(?:办|申请|弄|算|查)|如何|什么时候|几号(?:发)?|(?:是)?什么|政策|电话|热线|哪里|在哪|地址|哪个部门)[^。！？；]{0,14}"
    r"|(?:残疾人|无障碍|盲人|老年人|儿童|孤儿院?|养老院|敬老院|福利院|救助站)(?:专用)?(?:车位|停车位|通道|卫生间|厕所|坡道|电梯|盲道|设施|座位|公交卡|优待证|活动中心|食堂|门口|附近|旁边|对面|装修|收费)"
    r"|(?:开着?(?:豪车|宝马|奔驰|小车|轿车)|有(?:好几|几|两|三)套房|不符合|冒领|骗(?:取|领)?|违规|关系户|假(?:的|冒)?)[^。！？；]{0,16}(?:低保|救助|五保|补助|残疾证)[^。！？；]{0,10}"
    r"|(?:吃|领|拿|享受)(?:着)?低保[^。！？；]{0,12}(?:开(?:着)?(?:车|宝马|奔驰)|有(?:房|车)|打麻将|买(?:房|车))"
)
_DENIED: Final = regex(
    r"(?:不是|并不是|又不是|不会|没(?:有)?到)(?:说|因为)?[^，。！？]{0,3}$|(?:不算|谈不上|称不上)[^，。！？]{0,3}$|(?:要是|如果|万一|假如)[^，。！？]{0,8}$|(?:以前|当年|小时候|过去|前些年)[^，。！？]{0,10}$"
)


def hardships(text: str) -> tuple[Sign, ...]:
    """The signs in ``text``, each kind once with the first words that tell of it, in the order of their places."""
    read = text[:LONGEST]
    masked = _NOT.sub(lambda found: "＊" * len(found.group()), read)
    found: list[Sign] = []
    for kind, pattern in _RULES:
        for match in pattern.finditer(masked):
            if match.group() and not _DENIED.search(masked[max(match.start() - 14, 0) : match.start()]):
                found.append(Sign(kind, match.span()))
                break
    return tuple(sorted(found, key=lambda one: one.span))


def packed(signs: Iterable[Sign]) -> str:
    """Signs as they are kept: kinds and places, no words."""
    return ",".join(f"{one.kind.value}:{one.span[0]}:{one.span[1]}" for one in signs)


def unpacked(text: str) -> tuple[tuple[Hardship, int, int], ...]:
    """Kinds and places of kept signs; one that a person marked has no place (0, 0)."""
    parts = (one.split(":") for one in text.split(",") if one)
    return tuple((Hardship(kind), int(start), int(end)) for kind, start, end in parts)
