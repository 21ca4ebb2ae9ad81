"""Words that give the machine orders: rules to forget, roles to play, records of others, promises to make.

They are heard as words and never obeyed. What a citizen tells beside them counts as if they had not been said.
"""

from __future__ import annotations

import re
from typing import Final

from minhu.kernel.patterns import regex

_RULES: Final = (
    r"(?:忽略|无视|忘掉|忘记|抛开|别管|不要遵守|不用遵守)(?:掉)?(?:你|之前|以上|前面|上面|所有|全部|一切|系统)[^。！？，,]{0,8}(?:规则|指令|提示词?|设定|限制|要求|身份)"
    r"|(?:忽略|无视|不要遵守|不用遵守)(?:掉)?规则"
    r"|(?:绕过|绕开|跳过)(?:你的?|系统的?|安全|身份)*(?:限制|规则|验证|检查|审核)|(?:关闭|解除)你的?[^。！？，,]{0,6}(?:限制|规则|设定|安全)"
    r"|(?:你现在是|从现在(?:起|开始)[，,]?你是|你是|进入|打开|切换到?|开启)[^。！？，,]{0,6}(?:(?:管理员?|开发者?|调试|维护|上帝)(?:模式|权限)|root|DAN|管理员$)"
    r"|(?:你现在|从现在(?:起|开始)[，,]?你)(?:就)?是[^。！？，,]{0,8}(?:管理员|系统|模式)"
    r"|(?:假装|扮演|冒充|假设)你(?:就)?(?:是|成|自己)"
    r"|(?:输出|打印|告诉我|显示|说出|泄露|复述|重复)[^。！？，,]{0,8}(?:提示词|系统指令|系统提示|密钥|口令|token|数据库|源代码)"
    r"|(?:告诉我|说出)[^。！？，,]{0,6}(?:系统|后台|管理员|你)的?[^。！？，,]{0,4}密码"
    r"|把?你的?(?:提示词|系统提示|系统指令)[^。！？，,]{0,6}(?:输出|打印|告诉|发|念|显示|复述)"
    r"|我是(?:你们?的?|系统|后台|超级|12345的?)*(?:管理员|技术人员|工程师|开发(?:者|人员)|程序员|运维|测试人员|领导|局长|市长)[^。！？]{0,30}(?:后台|口令|密码|导出|权限|数据库|测试)"
    r"|(?:^|(?<=[。！？\n]))[【\[(（]?系统(?:消息|提示|指令|通知|管理员)?\s*[】:：\])）]|^(?:助手|用户|assistant|system|user)\s*[:：].*$"
    r"|(?:解码|解密|翻译|base64)[^。！？，,]{0,8}(?:执行|照做|照办|运行)|(?:decode|decrypt) (?:this|it|the|and)"
    r"|ignore (?:all |your |the |any )*(?:previous |prior |above )?(?:rules|instructions)|system prompt|developer mode|jailbreak"
)
_RECORDS: Final = (
    r"(?:删除|清空|关闭|办结|修改|导出|撤销)(?:掉|了)?(?:所有|全部|一切|整个|别人)?的?(?:工单|诉求|投诉记录|数据库|用户数据)(?!了)"
    r"|(?:把|将)[^。！？，,]{0,14}(?:工单|诉求|数据|记录|投诉)[^。！？，,]{0,8}(?:关闭|删除|办结|清空|导出|发给我|改成|改为|结案|派给)(?!了)"
    r"|(?:直接|全部|立即|马上|自动)(?:给我)?(?:办结|结案|关闭工单|派给)(?!了)|(?:不要|不用|不需要?|无需|跳过)(?:经过)?(?:审核|审批)"
    r"|评价[^。！？，,]{0,4}(?:写|改成|改为|填|打)(?:成|上)?(?:非常)?(?:满意|不满意|好评|五星)"
    r"|(?:告诉我|显示|导出|发给我|打印|念给我|透露给我|偷偷)[^。！？，,]{0,8}(?:别人|他人|邻居|其他人|所有人|群众|市民|用户)[^。！？，,]{0,8}(?:投诉了?什么|电话|手机|姓名|名字|住址|身份证|查询码|内容|信息|资料)"
    r"|(?:投诉内容|别人的(?:投诉|工单|诉求|信息))[^。！？，,没不]{0,4}(?:显示|发给|告诉|念|给我)"
    r"|查询码[^。！？，,没未不]{0,4}(?:告诉|给我|发给|报给|念)|(?:告诉|发给?)我[^。！？，,]{0,24}的查询码"
    r"|(?:值班|工作人|话务|接线|经办人|客服|坐席|接我电话)[^。！？，,]{0,12}(?:名字|姓名|姓什么|叫什么|手机号|住址|住哪|家住|工号)"
)
_PROMISES: Final = (
    r"你们?(?:(?:能|敢|得|要|必须|现在|就|给我)*保证|(?:能|敢|得|要|必须|现在|就|给我)+(?:承诺|答应))(?!过|了)"
    r"|给我[^。！？，,]{0,4}(?:保证书|承诺书)|你们?(?:就|必须|得|给我)?承认|你就说(?:一)?句"
)
_CODE: Final = r"drop table|select .{1,40} from |union select|<\s*/?(?:script|system|img|iframe)|os\.system|rm -rf|import os|eval\(|exec\(|\$\{"
_ORDER: Final = regex("|".join((_RULES, _RECORDS, _PROMISES, _CODE)), re.IGNORECASE | re.MULTILINE)
_BOUND: Final = re.compile(r"[。！？!?；;\n，,]")


def gives_orders(words: str) -> bool:
    """Whether words give the machine orders."""
    return bool(_ORDER.search(words))


def without_orders(words: str) -> str:
    """The words without the clauses that give orders."""
    kept = list(words)
    for match in _ORDER.finditer(words):
        before = [one.end() for one in _BOUND.finditer(words, 0, match.start())]
        after = _BOUND.search(words, match.end())
        start, end = before[-1] if before else 0, after.end() if after else len(words)
        kept[start:end] = [""] * (end - start)
    return "".join(kept).strip("。！？!?；;\n，, ")
