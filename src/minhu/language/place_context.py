"""What the words around a place name say: is it a name at all, denied, the caller's home, an office, or the matter."""

from __future__ import annotations

import re
from enum import Enum

from minhu.kernel.patterns import regex


class Role(Enum):
    """Why a place is mentioned; the value weighs it against others."""

    MATTER = 2.6
    PLAIN = 2.1
    WORK = 2.0
    OFFICE = 1.5
    RESIDENCE = 1.1
    CONTACTED = 0.8
    FORMER = 0.5
    DENIED = 0.0


# Right neighbours that make another word of the last character, or a road, shop, station of the name.
NOT_AFTER_FULL = {
    "区": regex(r"^(?:[域间别块位段]|分[^局])"),
    "市": regex(r"^(?:[场容井貌值集面]|民(?!政)|区(?!政府)|政(?!府|协|务)|中心)"),
    "县": regex(r"^(?:[道]\d|域)"),
    "镇": regex(r"^[痛静压定]"),
    "乡": regex(r"^(?:[下亲镇愁土情音]|村(?!民|委|里|小|口|的))"),
    "道": regex(r"^(?:路(?!灯|面|口|边|段|牌)|上|两|旁|边|口|面|狭|宽|中间)"),
}
THING = regex(
    r"^(?:[东西南北中一二三四五六七八九]{0,2}(?:路(?!灯|面|口|边|段|基|政|牌|权|由|况|上|两|旁|障|桩|沿|网)|街(?!道|面|上|边|坊|头)|大街|大道|巷|弄|胡同|环)|(?:火车|高铁|汽车|地铁|公交|客运)?[东西南北]?站(?!在|点|台|出|着)|店(?!子[街村路镇乡])|小吃|拉面|面馆|牛肉|米粉|烧饼|火锅|烤[鸭鱼串]|烧烤|饭店|饭庄|酒楼|酒家|酒店|宾馆"
    r"|菜馆|餐馆|餐厅|小笼|特产|风味|臭豆腐|板鸭|高速|收费站|服务区|大桥|立交|机场|大厦|商场|超市|银行|牌|号(?!召)|河|江|山(?!区)|湖|寺|庙|大学|学院|啤酒|香烟|日报|晚报|时间|话|味|菜|鸡|鱼|酒|茶|醋|豆腐|粉|米|馄饨|锅盔|肉夹馍|羊肉|炒货|板栗|药业|集团|股份|有限公司|科技|置业|花园|小区|公寓|新村|家园|广场|公园|影城|市场(?!监))"
)
# A full name may stand before an estate, a park, a hospital of the area, but not be part of a road, station or dish.
THING_FULL = regex(
    r"^(?:[东西南北中一二三四五六七八九]{0,2}(?:路(?!灯|面|口|边|段|基|政|牌|权|由|况|上|两|旁|障|桩|沿|网)|街(?!道|面|上|边|坊|头)|大街|大道|巷(?!子)|弄|胡同)|(?:火车|高铁|汽车|地铁|公交|客运)?[东西南北]?站(?!在|点|台|出|着)|店(?!子[街村路镇乡])|小吃|拉面|面馆|牛肉|米粉|烧饼|火锅|烤[鸭鱼串]|饭店|饭庄|酒楼|酒家|酒店|宾馆|菜馆|餐馆|餐厅|小笼|特产|风味|臭豆腐|板鸭|高速|收费站|服务区|大桥|立交|日报|晚报|啤酒|香烟|羊肉|豆腐)"
)
# 莲池区七一路 is a road in 莲池区: a number or direction begins the road's own name behind 区 or 县.
ADMIN_END = regex(r"(?:[区县市旗镇乡]|街道)$")
OWN_ROAD = regex(r"^[东西南北中一二三四五六七八九]{1,2}(?:路|街|大街|大道|巷|弄|胡同)")
# A short form (岳麓 for 岳麓区) is believed only between such neighbours.
SHORT_BEFORE = regex(
    r"(?:^|[，。、；：:\s（(“‘,.!！?？【]|在|住|到|去|来自|位于|地处|从|往|回|于|我们|咱们?|是|来|离开|搬到|省|市)$"
)
SHORT_AFTER = regex(
    r"^(?:$|[，。、；：:\s）)”’,.!！?？】]|的|这边|那边|这里|那里|区域|一带|境内|城区|县城|买|租|开了?|打工|上班|工作|务工|上学|读书|办|遇|被|有|做|某|出差|旅游|市区|市民|那个|这个|乡下|农村|居住|生活)"
)
LEFT_FREE = regex(
    r"(?:^|[^\u4e00-\u9fff]|反映|投诉|举报|咨询|在|住|到|去|来自|于|从|往|是|我们|咱们?|的|属|归|处|至|向|由|给|找|派|原|我|来|过|址|区|点|叫|转|即|为|给|对|让|离|含|包括|整个|全|及|跟)$"
)
ROAD_END = regex(r"[路街道巷线桥]$")

_DENIED_BEFORE = regex(
    r"(?:(?<!是)不是(?:在|说|指|位于|属于)?|并非(?:在)?|不在|没在|不属于?|不归|而非|非(?=$)|没有在|并不(?:是|在|属于)|别(?:再)?(?:派|转|写|填|发|弄|搞)(?:到|成|给|错到)?|不要(?:再)?(?:派|转|发|写|填)(?:到|给|成)?|误(?:派|写|报|填|转|认为|以为|当)(?:到|成|给|为|作)?(?:是|了)?|错(?:派|写|转|填|分|登|录)(?:到|成|给|为|在)?(?:了)?|(?:派|转|写|填|登记|录)错(?:到|成|给|为|在)?了?|弄错成|搞错成|说错成|以为(?:是|在)?|当成(?:了)?|听成(?:了)?|混为|不住(?:在)?|跟|与|和|不同于)(?:我们|这个|那个|你们|什么)?(?:隔壁|旁边|邻近)?的?$"
)
_COMPARE = regex(r"(?:跟|与|和|不同于)[^，。]{0,4}$")
_COMPARE_AFTER = regex(r"^[^，。]{0,6}(?:无关|没关系|没有关系|不一样|不同|不搭界)")
_DENIED_AFTER = regex(
    r"^[^，。]{0,4}(?:是错的|写错|填错|说错|搞错|弄错|不对|有误|是误填|口误|已经?(?:撤销|撤并|合并))|^[^，。]{0,3}?(?:倒|却)?(?:没有|没)(?:这个|这种|此类|这样的)?(?:问题|情况|现象|事)"
)
_REFUSED_AFTER = regex(
    r"^[^，。]{0,14}[，,]?[^，。]{0,4}(?:说不归|说不是|不管|说不属于|退回|不受理|不认|推给|推诿|说管不)"
)
_FORMER = regex(
    r"(?:以前|原来|之前|原先|从前|曾经?|早先|小时候|过去|当年|去年|前年|前几年)[^，。]{0,4}(?:住|在|是)?[^，。]{0,3}$|从$"
)
_MOVED = regex(r"^[^，。]{0,8}?(?:搬(?:到|来|走|出|过来)|迁(?:到|来|出)|调到|转到|来到)")
_RESIDENCE = regex(
    r"(?:家(?:里)?(?:住|在|是)|(?:现|常|暂|租|居)?住(?:在|于|址在|址是)?|户籍(?:地)?(?:所?在|是|为)?|户口(?:所?在|是|为)?(?:地)?(?:是|为)?|老家(?:在|是)?|籍贯(?:是|在)?|来自(?:于)?|原籍|出生(?:在|于)|(?:我|本人|我们|俺|咱)(?:们)?(?:是|系|为)|娘家(?:在|是)?|婆家(?:在|是)?|父母(?:在|住)|嫁到|一名|一个|房子买在|定居(?:在)?)(?:一名|一个|个)?$"
)
_RESIDENCE_AFTER = regex(
    r"^(?:本地|当地)?(?:人(?!民|才|行|社|大|武|防|流|口)|户口|户籍|籍|的?(?:居民|村民|市民|农民|群众|退休|家长|老百姓|业主|网友|租户|务工人员))"
)
_OFFICE_AFTER = regex(
    r"^(?:人民|市|区|县|镇|的)?(?:政府|法院|检察院|公安|派出所|城管|教育局|教体局|人社|住建|民政|环保|生态环境|市场监|市监|税务|卫健|卫生|交警|交管|信访|纪委|政务|消防|社保|医保|执法|自然资源|规划|水利|水务|农业|供电|房管|劳动|林业|交通局|城建|司法|妇联|残联|公积金|委|有关部门|相关部门|办事大厅|行政|热线|不动产|[\u4e00-\u9fff]{1,6}(?:局|分局|支队|大队|委员会|管委会)|领导|书记|区长|县长|市长|镇长)"
)
_CONTACT_BEFORE = regex(
    r"(?:向|给|找|打给?|问过?|联系|反映(?:到|给)|投诉(?:到|给)|转(?:到|给|交)|派(?:到|给)|跑到?|去过?|致电|拨打|求助|报(?:到|给))(?:了|过)?$"
)
_MATTER_BEFORE = regex(
    r"(?:在|位于|地处|坐落(?:在|于)?|发生(?:在|于)|地点(?:是|在|为)?[：:]?|地址(?:是|在|为)?[：:]?|事发(?:地)?(?:是|在)?[：:]?|现场(?:在|是)|就在|开在|设在|建在|而是(?:在)?|(?<!不)是在|应该?(?:是|在|派到|转到|归)|实际(?:是|在|上是|上在)|其实(?:是|在)|属于|归|而在|[，。,]是|现在(?:住)?(?:在)?|搬到|搬来|迁到|改成|改为|更正为|是指|指的是|途经|经过|路过)(?:了)?$"
)
_WORK_AFTER = regex(r"^[^，。]{0,14}?(?:上班|工作|打工|务工|就业|出差|读书|上学|念书|做生意)")
_OUT_BEFORE = regex(r"(?:去|到|来)(?:了|过)?$")
_OUT_AFTER = regex(r"^[^，。]{0,6}?(?:玩|旅游|参观|看病|就医|住院|购物|买|吃饭|聚餐|住宿)")
HOME_MATTERS = regex(
    r"家里|家中|小区|楼上|楼下|邻居|我家|物业|停水|停电|暖气|供暖|隔壁|楼道|电梯|业委会|宽带|入户|房屋|房子|漏水|拆迁|宅基地|村里|家门口|社区"
)
WORK_MATTERS = regex(
    r"欠薪|工资|老板|公司|工伤|单位|社保|加班|厂|包工头|工地|劳动合同|辞退|押金|工钱|血汗钱|用工|餐补|离职"
)
OWN_AREA = regex(r"(?:我们?|本|咱们?|俺们?|咱)(?:这个)?(区|县|市|镇|乡|街道)(?!民|域|场|长|政(?!府)|里人)")


def role_of(text: str, start: int, end: int) -> Role:
    """The role of the place name at ``start:end``."""
    before, after = text[max(0, start - 16) : start], text[end : end + 24]
    denied = _DENIED_BEFORE.search(before)
    if denied and (not _COMPARE.search(denied.group()) or _COMPARE_AFTER.search(after)):
        return Role.DENIED
    if _DENIED_AFTER.match(after):
        return Role.DENIED
    if _FORMER.search(before) and (not before.endswith("从") or _MOVED.match(after)):
        return Role.FORMER
    office = _OFFICE_AFTER.match(after)
    if office:
        contacted = _CONTACT_BEFORE.search(before) or _REFUSED_AFTER.match(after[office.end() :])
        return Role.CONTACTED if contacted else Role.OFFICE
    if _REFUSED_AFTER.match(after) and _CONTACT_BEFORE.search(before):
        return Role.CONTACTED
    if _WORK_AFTER.match(after) and not re.search(r"(?:家|户籍|户口|老家)[^，。]{0,3}$", before):
        return Role.WORK
    if _RESIDENCE.search(before) or _RESIDENCE_AFTER.match(after):
        return Role.RESIDENCE
    if _MATTER_BEFORE.search(before) or (_OUT_BEFORE.search(before) and _OUT_AFTER.match(after)):
        return Role.MATTER
    return Role.PLAIN
