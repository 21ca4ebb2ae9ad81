"""What turns a frightening word into no present danger: idiom, negation, hearsay, past, fear, drill, aftermath.

Each rule names itself in Chinese, so that the desk can show why a word was *not* taken as danger.
The order matters: compounds and negation always hold; the rest yields to words that say it is happening now.
"""

from __future__ import annotations

import re
from functools import lru_cache

from minhu.kernel.patterns import regex
from minhu.language.urgency_rules import Hazard

# Masked before any rule looks (same length, so that spans stay true).
IDIOM = regex(
    "[笑热冷冻气急烦累困吵臭吓馋饿渴闷愁恨爱咸甜贵慢傻丑丢憋呛堵挤羞晒痒坑害难忙](?:都)?死(?:个?人|我|俺|你|他|啦|了|掉)?(?:了)?|想死(?:你|他|她|家)|(?:打|弄|骂)?死(?:也不|都不)|打死(?:我|他)?(?:也|都)不"
    "|(?:得|的|都)(?:快|简直)?(?:要死(?:要活)?|要命|半死|不行了|够呛)(?<!打得半死)|要死不活|真要命|要了?(?:亲|老)命|太要命|死(?:角|机|板|胡同|灰|心|磕|活|皮赖脸|不承认|不认账|扛|循环|规定|党|结|水一潭|档|账|对头|工资|脑筋|守|等|盯)"
    "|(?:作|拼|该|找|垂)死|死(?:路一条|气沉沉|鸭子嘴硬)|生死(?:攸关|存亡|线|之交)|视死如归|醉生梦死|九死一生|半死不活|跳楼(?:价|甩卖|大甩卖|机|促销|清仓)|自杀式|跳河价"
    "|杀手锏|秒杀|砍(?:价|头息|单|一刀(?=.{0,6}(?:链接|拼|免费|活动|助力|提现)))|(?:道德|流量|情感|强行|消费)绑架|捆绑|被绑(?:架)?(?:消费|定|在.{0,6}(?:套餐|合同))|火(?:锅|爆|热|红|车|速|候|辣)|(?:上|发|恼|光|窝|怒)火|火冒三丈|火急火燎|十万火急|救火队员|火烧(?:眉毛|火燎)|心急如焚|热火朝天"
    "|炸(?:得人|锅|鸡|街|串|油条|薯条|裂)|(?:信息|人口|知识)爆炸|爆炸(?:性|式|头)|抢(?:钱|购|生意|跑道|车位)|吐血(?:价|推荐|甩卖)?(?=$|[^，。]{0,4}(?:价|整理|推荐))|(?:气|气得|累得|气到)(?:我)?(?:都|要|快)?(?:吐血|昏过去|晕过去|晕倒|昏倒|昏了头)|(?:令|让|叫)人(?:感到)?窒息|窒息(?:感|的(?:价格|操作|感觉|教育|爱|学费))"
    "|(?:电脑|手机|系统|网络|U盘|软件|服务器|账号)[^，。]{0,4}中毒|(?:中|有)毒(?:鸡汤|软件|的?链接)|(?:压力|房贷|债务?|作业|工作|负担|生活|费用|学费|物价|贷款)[^，。]{0,14}喘不过气来?|压得[^，。]{0,10}喘不过气来?|吵得[^，。]{0,6}喘不过气|(?:心脏病|高血压|脑溢血|心梗)(?:都?(?:要|快要?|能)被?[气吓吵]?|都?被?[气吓吵]|都)(?:犯|出来|出)了?|[气吓吵][^，。]{0,4}(?:出|犯)(?:了)?(?:心脏病|高血压|脑溢血)"
    "|我(?:也是|真|都|真的)?(?:是)?(?:醉了|晕了|服了|跪了)|一头雾水|像(?:死|坐牢)[^，。]{0,4}一样|水深火热|深水炸弹|定时炸弹|重磅炸弹|糖衣炮弹|血(?:本无归|亏|汗钱|压(?!.{0,6}(?:两百|2[0-9]{2})))|打(?:官司|游戏|电话|麻将|工人)|刀(?:削面|具店|口|鱼)|杀(?:毒|青|猪|鸡|鱼|价|虫|菌|生)|刺杀|引火烧身|惹火上身"
    "|[气急烦愁热吵饿累困](?:得|的|到)(?:我|人|他|她|俺)?(?:都|快|要|想|真|简直|恨不得|就差){0,3}(?:跳楼|跳河|撞墙|吐血|上吊|发疯|晕倒|断气|爆炸)|简直(?:就)?是?(?:在)?(?:明)?(?:抢劫|抢钱|杀人|谋杀|吃人|要命)|(?:等于|堪比|就是)(?:明着)?抢劫(?=$|[，。！])|腿都?(?:要|快)?(?:跑|站|走)断|折[磨腾]死|死个人|心(?:都)?(?:在|要)滴血|宰人|不见血|(?:冒充|诈骗|骗子)[^，。]{0,14}(?:涉嫌)?杀人"
    "|僵尸(?:车|企业|账户|群|号)|(?:开|流|推|搬|拉|走|蹬|骑|扛|提|背)不动|炸醒|(?:烟头|火星|火柴)(?:就)?能点着|自己点了|点火(?:费|要收|要钱)|瘫痪?在床"
    "|尿毒症|毒害|(?:法律|安全|防范|服务|责任|维权|环保)意识|救命(?:稻草|钱)|三上吊|(?:想死|寻死)的心|让人想死|点了(?=喝|还|我|才|都)|埋在[^，。]{0,4}心|填埋|划拨|放弃自己的|(?:按键|按钮|网页|页面|系统|刷卡|进站时|出站时|信息)[^，。]{0,4}没反应"
    "|寻死觅活|挑起火头|侵吞|没(?:有)?意识到|炸药|打击|抽空|陷入(?:文|困|僵|尴|被)|卷走[^，。]{0,10}(?:费|金|款|钱)|有毒气体|毁[^，。]{0,3}家暴|骂完我?还打|[围栅]栏?挡?倒塌"
    "|(?:作业|加班|排队?|堵车?|等|补课|刷题|吵|贵|慢|闷|挤)[^，。]{0,5}(?:得|到)(?:我|人)?(?:都|快|真|就){0,2}(?:想|要)?(?:跳楼|跳河|去死|死|撞墙|窒息|断气|吐血)|心脏(?:都)?(?:快|要){0,2}(?:跳|蹦)出来|心脏[^，。]{0,3}停了半拍|[沉重贵热]得(?:能|会|要)?压死人"
    "|(?:线路|系统|网站|网络|服务器|交通|热线|窗口|平台)[^，。]{0,4}瘫痪?|毒鼠(?!强)|(?:抗)?毒(?:蛇)?血清|杀人诛心|(?:脑袋|脑壳|头|脑子|耳朵|肺)(?:都)?(?:快|要)?(?:要)?(?:炸|爆)了|逼得人?喘不过气|走[失丢]过|官司[^，。]{0,3}(?:正|还)?在打|一会儿?(?:还|再)打|(?:鼠|农|毒|老鼠)药[^，。]{0,2}店|活着没意思也不是|救护车(?:的)?(?:费|收费|太贵|贵|占|停在|堵住|鸣笛|声音|价格|要收|收了|怎么收|多少钱)"
    "|(?:鸡|鸭|鹅|鱼|虾|猪|羊|牛|猫|狗|兔子?|蜜蜂|鸽子?)[^，。！？人孩娃老他她我你]{0,10}(?:毒死|药死|咬死|闷死|电死|热死|冻死|死光|死了一地)|(?:金毛|泰迪|拉布拉多|边牧|柯基|[小家]狗|狗狗|猫咪?|小羊|母猪|奶牛)[^，。人孩娃]{0,14}(?:口吐白沫|抽搐|昏迷|中毒)|(?:咒|诅咒)你们?[^，。]{0,16}(?:死|撞)"
    "|落水(?:管|口|狗)|漏电(?:保护|开关|断路)器?|触电(?:似|般)的?(?:感觉)?|高压线(?:不能碰|红线)|轻生活|要死(?:线)|一把火(?!.{0,3}烧)|喷火|烟火气|玩火自焚|飞蛾扑火|自杀率|自杀树|自杀干预"
    "|[堵挤吵热忙累辣贵卷多气]到(?:要|快|都)?(?:爆炸|爆|崩溃|窒息|发疯|吐血)|往死里(?:坑|宰|催|卷|贵|加|收|扣|要价)|(?:打|点)不着火|(?<!没)不着火|救命药|火灾的(?:片|视频|镜头)|砍(?:掉|了|去)?[^，。]{0,3}(?:公交|[这那]条线|线路|班次|预算|名额|项目|树|站点|枝|福利|工资)|把人忽悠瘸|(?:短信|广告|电话|消息)[^，。]{0,3}炸(?:晕|翻|懵)|抢疯|(?:都|快)?要打起来了?(?=，|。|$)|拿刀抢(?=$|，|。)|淹没在?(?:题海|作业|广告)|被(?:题海|作业|广告|短信)[^，。]{0,2}淹没|救援队"
)
_CHRONIC = (
    r"(?:瘫痪(?:在床|卧床)?|瘫在床上|(?:长期|常年)?卧床(?:不起|多年)?|高位截瘫|偏瘫|半身不遂|残疾|行动不便|腿脚不便)"
)
_ELDER = "(?:老人|老年人|老爷子|老太太|老父亲?|老母亲?|老伴|病人|患者|残疾人|家人|亲人|孩子|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|父亲|母亲|爸爸?|妈妈?|丈夫|妻子|老公|老婆|爱人|哥哥?|姐姐?|弟弟?|妹妹?|儿子|女儿)"
# A chronic state of somebody at home, said to explain why a complaint matters ("家里还有瘫痪的老人").
CIRCUMSTANCE = regex(
    rf"(?:家[里中]?|屋里|我家?|楼[上里下]|小区[里内]?|我们这?)(?:还|也|都|又)?(?:有|是|住着|有着)[^，。！？；]{{0,6}}?{_CHRONIC}的?[^，。！？；]{{0,4}}?{_ELDER}"
    rf"|家[里中]?(?:的)?{_CHRONIC}的?{_ELDER}(?=没法|不能|无法|不方便|怎么|用不|受罪|也|都)"
)
# It explains only a complaint of this kind; with anything else the words count as they stand.
_COMPLAINT = regex(
    r"[停断](?:了|过|掉)?[水电气暖]|水电|(?:没|来|恢复|通)(?:了|有)?[水电]|跳闸|供[水电气]|电梯|物业|噪音|噪声|扰民|装修|施工|路灯|低保|补贴|补助|认证|办[理证]|上门|下不了楼|宽带|断网"
)
# What may follow the mention: a question, a request, how it bothers; anything else may be about how the person is now.
_GOES_ON = regex(
    r"什么时候|何时|几点|恢复|请|希望|怎么|如何|能不能|能否|可不可以|没法用|用不了|用不上|不方便|投诉|反映|推诿|推脱|电话|下不了楼|上不了楼|处理|解决|来[水电气]|[停断没][水电气暖]|水电|电梯|物业|尽快|抢修|[催急]"
)
_CLAUSES = regex(r"[，。！？；,.!?;\s＿]+")
# Said with any of these it is no mere circumstance: violence, being caught, water, fire, machines a life hangs on, nobody there.
_ACUTE = regex(
    r"打(?!电话|[了过]?[^，。]{0,8}电话|扰|官司|听|算|印|开|通)|[踢踹摁揍掐勒捅砍绑拽拖拎摔砸撞咬虐杀泼捂扇抽闷刀疯撬]|推(?!诿|脱|三)|闯|冲进|威胁|按[在着进到住]|锁|关[在着]|水[盆缸]|被困|困[在住]|火|烟|烧(?!水|饭)|炸|塌|淹|漫|进水|涨水|积水|洪|到[腰胸膝]|毒|漏气|煤气|燃气|[触漏]电|氧|呼吸|吸痰|透析|喘|气管|鼻饲|监护|昏|晕|抽搐|意识|醒|不动|没动静|没声|不行了|突然|血|吐|高烧|发烧|发青|发紫|掉[下进到]|倒在|救|120|119|110|独自|一个人|自己在家|没人(?:管|照|送|看)|没(?:有)?[吃喝]|饿|渴|冻|冷|零下|中暑|高温|热得|断[药粮]|没药|死(?!活|角)|不活|遗书|噎|嘴唇|脸色|喊(?!冤)|山上|泥石|滑坡|砖|汽油|灌|凉了|发硬|僵|一起走|一了百了|解脱|撑不住|不想(?:过|活)|拐|抢|跑了|失踪|找不到|垮|裂|冒"
)
# What only just did not happen has not happened, however lately.
NEARLY = regex(r"(?:差点|险些|差一点|差些)(?:就|要|没)?[^，。]{0,2}$")
LETTER = 160
"""From so many characters on a text is a letter: it tells of danger without calling for help."""
NEAR = 60
_NOW_IN_LETTER = regex(r"现在|今天|今晚|今早|今晨|此刻|正在")
_FILL = "(?:闹|有过|发生|出现|造成|引发|引起|导致|任何|人员|有人|人|再|过|被|要|想|有|真的?|什么|去|打算|说|试图|企图|受到|遭受|遭遇|遇到|听到|看到|发现|因|明显|大|的|是|出|着|很|怎么|家庭|经历|了)"
NEGATION = regex(
    rf"(?:误以为|有人以为|别人以为|都以为|写成|印成|读成|打成|翻译成|错成)了?(?:他|她|我)?{_FILL}{{0,2}}$|(?:没有?|未|无|并未|并没有|并没|从未|从没|尚未|还没有?|不存在|未曾|不曾|不会|不是|并非|不想|不算|不用担心|谈不上|别|绝不|不至于|又不是|排除)了?{_FILL}{{0,4}}$"
)
NOT_NEGATION = regex(
    r"(?:不是(?:开玩笑|演习|第一次|吓唬)|(?:没有?|无)(?:办法|人管|人救|钱|路|活路|勇气|人帮)|是不是|有没有|会不会|要不是|还不是|受不了|不是不想活|不得不|不仅|不光|不只)[^，。]{0,6}$"
)
RETRACTED = regex(
    r"虚惊一场|(?:是|属|系|原来是|应该是)误报|谣言|辟谣|纯属(?:玩笑|误会|虚构)|(?<!不是)(?<!没)(?<!没有)(?<!别)(?<!不)(?:是|只是|就是|闹着|跟我|当时)开(?:个)?玩笑|比喻|打个比方|打比方|夸张(?:的|了|一点|地)|是(?:假|演)的|不属实|(?<!不)是演习|(?<!不)是演练|只是说说|说的是气话|一句气话|吓唬人"
)
UNHURT = regex(
    r"(?:没有?|无|未)(?:有)?(?:任何)?(?:人员?|人)?(?:受?伤|伤亡|死伤|被困|遇难)|(?:没有?|未)(?:造成|出现)[^，。]{0,4}(?:伤|亡)|没伤(?:到|着)?人|没砸到人|人(?:都)?没事|里面?没有?人|没人住|无人(?:居住|住)|空置|(?:只是|仅)(?:刮|擦|蹭)"
)
TAIL = regex(
    r"^[”\"』」》）)]?[^，。]{0,3}?(?:的?(?:画面|镜头|情节|段子|桥段|插图)|隐患|风险|演练|演习|讲座|宣传|知识|教育|培训|报警器?(?!电话不)|报警系统|报警装置|警示|预防|防控|防治|防护|应急预案|预案|干预|热线|救助站|庇护|法(?!院)|条例|鉴定|责任|的?后果|的?可能|的?几率|的?概率|的?危险|的?风险|保险|险种|指标|现场会|课|主题|电影|小说|游戏|剧本|电视剧|新闻|歌|梗|表情包|展|日活动|志愿|基金|保护令|告诫|检测|监测|标志|标识|牌|用品|器材|小组|专业|工程师|自救|逃生|培训|预警|宣教|演示|体验|科普|比赛|技能|的?处置流程|的?急救|风气)"
)
EDUCATION = regex(
    r"演练|演习|讲座|宣传(?:月|周|日|册|栏|活动|教育|片|画|栏目|手册|海报|横幅)|科普|培训|课程|公开课|主题班会|展览|展板|观影|防[^，。]{0,4}教育|安全教育|预案|模拟(?!.{0,3}器)|情景剧|征文|知识竞赛|标语|横幅|预防[^，。]{0,8}(?:工作|措施|知识|办法|活动)|法治课|志愿者(?:招募|培训)|感谢[^。]{0,30}|表扬|锦旗|见义勇为|好人好事|表彰|致敬|点赞|论文|课题|统计|数据|调研|剧本|拍(?:戏|电影|摄)|电影|电视剧|小说|游戏里|剧情|演员|剧组|脱口秀|话剧|作文|灭火器|消防栓|消火栓|喷淋|烟感|应急灯"
)
HEARSAY = regex(
    r"热搜|网友发帖|听(?:[^，。]{1,4})?(?:说|讲)(?!不)|据说|传闻|(?:邻|外|隔壁)省|手机上(?:看|刷)|(?:看|刷)(?:到|了)?(?:电视|新闻|短视频|抖音)|推送|网上(?:看|说|传|有|流传)|新闻(?:里|上|说|报道)?|报道|视频(?:里|上|说|中)|抖音|快手(?!.{0,3}抓)|朋友圈(?:里|转的|都在|有人转|转发|疯传|看到)|公众号|电视(?:上|里)|微博|群里(?:传|说|转发|在传|有人转)|外地|别的城市|国外|历史上|书上|史书|传言|看到一则|看了一则|刷到"
)
PAST = regex(
    r"(?<![0-9一二三四五六七八九十])(?:[零〇一二][零〇一二三四五六七八九]|[01][0-9])年(?!级|纪|轻|月)|离婚前|[结未]婚前|退休前|去年|前年|大前年|上个?月|上上个?月|上周|上星期|上个?礼拜|前段时间|前些年|前几年|多年前|年前|月前|周前|天前|几天前|早年|小时候|童年|从前|以前|之前|曾经?|当年|当时|那年|那次|那天|那时|此前|往年|前不久|前几天|前两天|昨天|昨日|前天|前晚|大前天|过去(?:几|一|两|半|的[几一两半])|历史遗留|事后|事发后|事故后|案发|至今|年底|[12][0-9]{3}年|[一二][〇零九八七六五四三二一]{3}年|[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}[日号]|[0-9]{1,2}月份|[今本]年[0-9一二三四五六七八九十]{1,2}月|(?:星期|周|礼拜)[一二三四五六日天](?:早|晚|上午|下午|凌晨|中午|夜)|小学时|高中时|大学时|年轻时|春节期间|国庆期间|过年时|出院|康复"
)
FEAR = regex(
    r"真要(?:是)?有?人?|要真|真有人|若是?有|将来|负得起|如果|要是|假如|万一|一旦|倘若|以免|免得|避免|防止|预防|以防|严防|谨防|杜绝|担心|怕|担忧|生怕|恐怕|唯恐|可能(?:会|引|发生|造成|导致|出)|容易|很容易|极易|易(?:引发|发生|造成|导致)|会(?:不会)?(?:引发|引起|发生|造成|导致|出|被|触|着|爆|塌|掉|砸|伤)|会不会|存在|隐患|小心|注意|警惕|差点|险些|差一点|差些|早晚|迟早|总有一天|难保|说不定|等到|非要等|难道要|是不是要|非得|出了事|要出人命|会出人命|出人命|发生危险|不然|否则|假设|设想|恐"
)
ADVICE = regex(
    r"建议|呼吁|希望[^，。]{0,14}(?:加强|安装|增设|设置|加装|整治|增加|配备|完善|修|建)|能否(?:加|增|安|设)|要求[^，。]{0,8}(?:安装|增设|加装|整改)|应该(?:安装|增设|加装)|是否符合|合规|排查|整改|规范"
)
OFTEN = regex(
    r"经常|常常|常有|频发|频繁|时有|每年|总是|多次发生|屡次|屡屡|不断发生|接连|老是|好几起|多起|数起|多发|事故率|偶尔|一年[^，。]{0,4}(?:次|起)|经常性"
)
HABIT = regex(
    r"经常|天天|每天|每晚|总是|长期|一直|又|老是|多次|动不动|隔三差五|常年|再次|频繁|每次|好几次|三天两头|总|时常|继续|还(?:在|要|会)|不敢(?:回|睡|出|说)|再也受不了|威胁|这次|求救"
)
AFTERMATH = regex(
    r"赔偿|理赔|赔付|工伤|认定书?|报销|抚恤|伤残|鉴定|起诉|判决|法院|医药费|医疗费|住院费|误工费|责任(?:划分|书|认定)|保险(?:公司|金)?|丧葬|索赔|定责|定损|事故(?:处理|原因|调查|科|认定)|善后|立案|结案|破案|案件|案子|未遂|抚养费|判刑|意外险|惠民保|投保|批捕|追责|问责|补偿|救助金|低保|补助|补贴|康复|后遗症|扣分|罚款|维修费|维修(?:基金)?|公布|通报|身亡|去世|遗体|遗产|墓|离婚(?:证|协议|诉讼|财产|冷静期|案)|财产分割|抚养权|行政复议|修车|停运|恢复通车|清障|医保|退费|退款|误诊|医疗事故|医疗纠纷|维权"
)
RESOLVED = regex(
    r"(?:已经?|被|都|后来|幸好|好在|及时|当场|所幸|幸亏)[^，。]{0,8}(?:扑灭|灭了|灭火|扶正|扶起|救(?:出|上|下|起|回|活|治)|捞(?:上|起|出)|送医|送到医院|出院|脱险|脱离危险|获救|康复|制止|抓(?:住|获|走|到)|带走|劝(?:住|下|回)|找到|找回|控制住|排除|修好|平息|处理完|无大碍|没事)|已无大碍|安然无恙|平安(?:回家|无事|归来)|有惊无险|脱离(?:了)?(?:生命)?危险|找到了|火(?:已)?灭了|没有大碍|没什么事"
)
PROCEDURE = regex(
    r"政策|规定|监管|能不能报|住院费|意外险|惠民保|保险|投保|标准|证明|手续|申请(?!.{0,4}救援)|流程|庇护|条例|保护令|课程|怎么报名|资格|待遇|材料|条件|是否可以|属于哪|归谁管|在哪里?办|办理|收费|多少钱|电话是多少|热线(?:是|电话)|预约|挂号|放号|门诊|科室|体检|疫苗|查询|备案|许可|执照|编制|招聘|考试|报名|职称|学费"
)
STRONG_NOW = regex(
    r"救命|快来(?!.{0,3}(?:管|查|看看|处理|解决|修|换))|快派|快救|快叫|快点来(?:人|救)|赶[快紧](?:来(?:人|救)|派|救|叫)|马上(?:来(?:人|救)|派|就要跳)|来人啊|正在(?!举办|开展|组织|进行|办理|处理|咨询|申请|建设|施工|修|筹|上|住院|治疗|接受|走|康复|维权|调查|审理|打官司|准备|装修|读|宣传)|此刻|这会儿|眼下|刚刚|刚才|刚(?:发现|喝|吃|吞|掉|撞|摔|倒|打|着|被)|还在(?:打|烧|里|流|冒|楼|水|上面|喊|哭|叫|动手|追|砸|燃|蔓延|往|抽)|越来越大|越烧越|(?:火势)?蔓延|撑不(?:住|了|下去)|快不行|等不及|不止|叫不醒|喊不醒|没反应|没意识|没呼吸|没有意识|没有呼吸|急需|十分钟(?:前|了)|分钟前|小时前|不是(?:演习|开玩笑|演练)|随时(?:会|都|可能)(?:杀|打|跳|死|动手)|又(?:在|开始)(?:打|动手|发|砸)|今晚(?:就|要|又)|现在就|遗书(?:已|都|写)|就(?:在|站在)(?:楼顶|桥上|天台|窗)|堵在门|躲在|反锁|不敢出"
)
WEAK_NOW = regex(r"现在|今天|今晚|今早|今日|目前|当前|刚(?!才发)|马上|又")
# Fiction may frighten, but a fire in a house of games is a fire: this holds for violence and self-harm only.
GAME = regex(
    r"游戏(?!厅|室)|吃鸡|剧本杀|密室|鬼屋|恐怖片|动画片|短剧|拍(?:摄|视频|戏)|角色扮演|道具|假(?:刀|枪|血)|玩具(?:刀|枪)|镜头"
)
# Where a frightening word is only written, sung or acted; weighed by the learnt part, which knows no quotation marks.
TOLD = regex(r"电影里|电视剧|剧本|台词|小说里|书上|作文|题目|歌词|网名|店名|唱的是|海报|短视频|直播间")
_NO_DRILL = regex(r"不是(?:演习|演练)")
_DEAD = regex(r"身亡|去世|死亡|死者|生前|过世")
_ASKING = regex(r"请问|咨询|想问|问一下|怎么|如何|哪里|多少|是否|吗|能不能")
_IN_NEED = regex(r"我想死|不想活|我要|求救|受不了")
# Help that was called for is no longer wanted: what is left is no cry for help unless a rule still finds one.
CALLED_OFF = regex(
    r"(?:不用|不要|别|不必)(?:再)?(?:派人|派车|出警|来|过来|管|处理)了|找到了[^。]{0,16}(?:不用|谢谢|没事)"
)
QUOTED_NAME = regex(
    r"(?:标题|叫做|叫|名为|题为|所谓|标语|横幅|歌|写着|主题|课题|活动|展|电影|小说|剧|游戏|书)[^，。]{0,6}[“\"『「《][^”\"』」》]{0,24}$"
)
WRITTEN = regex(
    r"(?:店名|网名|歌名|片名|书名|题目|作文题?|昵称|群名)[^，。]{0,4}(?:叫|是|为)[^，。]{0,12}$|(?:广播|喇叭|音响|广告|电视)[^，。]{0,4}(?:放|播|喊)[^，。]{0,10}$|(?:墙上?|广告牌|牌子|标语|横幅|宣传栏|海报|展板|喇叭|警示牌|招牌|T恤)[^，。]{0,5}(?:写|印|画|刷|播放?|喊)(?:着|了|的)?[^，。]{0,14}$"
)
# What fell, burst or is locked in is a thing or a small animal, and nobody is named beside it.
_THING = regex(
    r"(?:手机|钥匙|钱包|戒指|帽子|衣服|东西|快递|眼镜|身份证|耳机|平板|电脑|无人机|风筝|鱼竿|拖鞋|背包|皮球|篮球|足球|气球|轮胎|灯泡|花瓶|行李|被子|共享单车|单车|购物车|家具|垃圾桶|[小老流浪我家的](?:猫|狗)(?:狗|咪)?)[^，。]{0,6}$"
)
_THING_AFTER = regex(r"^[^，。]{0,3}的(?:一?[只条个])?(?:小|流浪)?(?:猫|狗|鸟|鸭|兔|手机|钥匙|车牌|东西)")
_SOMEBODY_HURT = regex(
    r"伤|血|疼|哭着|救命|孩子[^，。]{0,6}(?:去|也|跟着|跳)|人(?:也|跟着|下去)|去(?:捞|捡|拿|够|救)|里面还有(?:人|孩子)|锁[^，。]{0,4}(?:孩子|娃|宝宝|老人)"
)
SIMILE = regex(r"(?:像|如同|仿佛|堪比|简直(?:是|就是|就像)|好比|跟|和|等于|无异于|不亚于|变相)[^，。]{0,14}$")
SIMILE_TAIL = regex(r"^[^，。]{0,8}(?:一样|似的|一般|没什么两样|没区别|差不多|没两样|无异)")
POLLUTION = regex(
    r"没有?着火|腊肉|炊烟|烟囱|油烟|烧烤|焚烧|秸秆|垃圾|排放|尾气|排烟|祭祀|烧纸|烟花|鞭炮|抽烟|吸烟|饭店|餐馆|锅炉房"
)


def circumstances(text: str) -> list[re.Match[str]]:
    """Where a complaint only mentions that somebody at home is bedridden or disabled; none when anything acute is said."""
    found = list(CIRCUMSTANCE.finditer(text))
    if not found or not _COMPLAINT.search(text):
        return []
    rest = _CLAUSES.split(text[found[-1].end() :])
    told = all(_GOES_ON.search(clause) for clause in rest if clause)
    return found if told and not _ACUTE.search(text) and not STRONG_NOW.search(text) else []


def cancels(hazard: Hazard, sentence: str, start: int, end: int, text: str, at: int) -> str:
    """The Chinese name of the context that makes this match no present danger, or '' when nothing does.

    ``sentence`` holds the match at ``start:end`` and stands at ``at`` in ``text``. Whatever is asked of the whole text
    is found once for all matches: a long text with many of them must not cost the square of its length.
    """
    before, after, found = sentence[:start], sentence[end:], sentence[start:end]
    if TAIL.match(after):
        return "只是名称或宣传用语"
    if NEGATION.search(before) and not NOT_NEGATION.search(before):
        return "否定"
    if _first(RETRACTED, text) >= 0:
        return "玩笑、误报或比喻"
    if QUOTED_NAME.search(before) or WRITTEN.search(before):
        return "引用的名称或文字"
    if hazard.kind == "event" and (harmless := _harmless(sentence, before, found, after)):
        return harmless
    if hazard.kind != "medical" and SIMILE.search(before) and SIMILE_TAIL.match(after):
        return "比喻"
    if hazard.name == "火灾爆炸" and "烟" in found and POLLUTION.search(sentence):
        return "油烟或排放"
    if hazard.kind != "violence" and NEARLY.search(before):
        return "差点发生"
    letter = len(text) > LETTER
    near = text[max(0, at - NEAR) : at + len(sentence) + NEAR] if letter else text
    strong = bool(STRONG_NOW.search(near))
    taught = EDUCATION.search(_clause(sentence, start, end) if letter else sentence) and not (
        strong and hazard.kind == "medical"
    )
    if taught and _first(_NO_DRILL, text) < 0:
        return "宣传、演练或表扬"
    if strong:
        return ""
    if letter and hazard.kind != "person" and not _NOW_IN_LETTER.search(sentence):
        return "长篇反映中的叙述"
    return _without_present(hazard, sentence, start, end, before, text, at)


def _harmless(sentence: str, before: str, found: str, after: str) -> str:
    """Why an event touches nobody, or ''."""
    if _is_thing(before, found, after) and not _SOMEBODY_HURT.search(sentence):
        return "物品或动物"
    return "没有人受伤" if UNHURT.search(sentence) else ""


def _clause(sentence: str, start: int, end: int) -> str:
    """The clause that holds ``start:end``: in a letter of many matters, thanks for one do not undo another."""
    after = sentence.find("，", end)
    return sentence[sentence.rfind("，", 0, start) + 1 : after if after >= 0 else len(sentence)]


def _is_thing(before: str, found: str, after: str) -> bool:
    """Whether what fell, burst or is shut in is a thing or a small animal."""
    verb = re.search(r"掉|落|跌|困|卡|锁|炸|爆|滑|沉", found)
    if verb is None:
        return False
    clause = re.split(r"[，。]", before + found[: verb.start()])[-1]
    return bool(_THING.search(clause) or _THING_AFTER.match(after) or _THING_AFTER.match(found[verb.end() + 2 :]))


def _without_present(hazard: Hazard, sentence: str, start: int, end: int, before: str, text: str, at: int) -> str:
    """Contexts that hold only when nothing says that it is happening now."""
    if hazard.kind in ("violence", "person") and GAME.search(sentence):
        return "游戏、影视或道具"
    habit = hazard.kind == "violence" and bool(HABIT.search(sentence))
    clause_from = max(before.rfind("，"), before.rfind(","), before.rfind("、")) + 1
    clause_to = min(
        (at for at in (sentence.find("，", start), sentence.find(",", start)) if at >= 0), default=len(sentence)
    )
    now_here = bool(WEAK_NOW.search(sentence, clause_from, clause_to))
    if HEARSAY.search(before):
        return "听说或报道"
    if RESOLVED.search(sentence[start:]) or (hazard.kind != "violence" and _first(RESOLVED, text) >= 0):
        return "已经脱险或处理"
    if hazard.kind in ("event", "medical"):
        fear_from = max(before.rfind("，", 0, max(0, clause_from - 1)), -1) + 1
        if FEAR.search(sentence, fear_from, end) or re.match(
            r"^[^，。]{0,6}(?:怎么办|谁负责|算谁的|谁来)", sentence[start + 2 :]
        ):
            return "担心或假设"
        if ADVICE.search(sentence) and not now_here:
            return "建议或隐患"
        if OFTEN.search(sentence) and not now_here:
            return "常有的情形"
    elif re.search(r"(?:如果|要是|万一|假如)[^，。]{0,10}$", before) and not re.search(r"我|再|不", before[-12:]):
        return "假设"
    past = PAST.search(sentence) or (hazard.kind in ("event", "medical") and 0 <= _first(PAST, text) <= at)
    if past and not habit and not now_here:
        return "过去的事"
    if hazard.kind == "person":
        return "事后诉求" if _first(_DEAD, text) >= 0 else _asked(text, sentence)
    if not habit and not now_here and _first(AFTERMATH, text) >= 0:
        return "事后诉求"
    return "" if habit else _asked(text, sentence)


def tempered(text: str) -> bool:
    """Whether a text without a recognised hazard speaks of fear, the past, others, an end or a procedure, not of now."""
    if STRONG_NOW.search(text):
        return False
    return any(
        one.search(text)
        for one in (UNHURT, RETRACTED, EDUCATION, HEARSAY, PAST, FEAR, AFTERMATH, RESOLVED, GAME, TOLD, PROCEDURE)
    )


def _asked(text: str, sentence: str) -> str:
    """'咨询办事' when the sentence asks for a procedure and nobody present is named as in danger."""
    asks = PROCEDURE.search(sentence) and _first(_ASKING, text) >= 0
    return "咨询办事" if asks and _first(_IN_NEED, text) < 0 else ""


@lru_cache(maxsize=16)
def _first(pattern: re.Pattern[str], text: str) -> int:
    """Where the first match of a pattern ends in a text; -1 without one."""
    match = pattern.search(text)
    return match.end() if match else -1
