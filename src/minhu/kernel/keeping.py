"""How long records about people's work are kept: days by default, the least that the law asks for, and where it says so.

Entries of the ledger are not among them: they are never removed and hold no personal value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from minhu.kernel.calendar import CHINA_TIME

HALF_A_YEAR: Final = 184
"""Days of the longest six months."""
_SHORTEST: Final = "《个人信息保护法》：保存期限为实现处理目的所必要的最短时间"
_CYBER: Final = "《网络安全法》：网络日志留存不少于六个月"


@dataclass(frozen=True, slots=True)
class Keeping:
    """One kind of record: what people call it, its days by default, the fewest that may be set, and on what ground."""

    label: str
    days: int
    least: int
    ground: str


KINDS: Final[dict[str, Keeping]] = {
    "access": Keeping("查阅记录", 1096, 1096, "《个人信息保护法》：处理情况记录至少保存三年"),
    "sign_ins": Keeping("登录记录", HALF_A_YEAR, HALF_A_YEAR, _CYBER),
    "attempts": Keeping("登录失败记录", HALF_A_YEAR, HALF_A_YEAR, _CYBER),
    "sent": Keeping("发给对接方的消息", HALF_A_YEAR, HALF_A_YEAR, _CYBER),
    "received": Keeping("收到的对接消息编号", HALF_A_YEAR, HALF_A_YEAR, _CYBER),
    "askings": Keeping("问答记录", 366, 30, _SHORTEST),
    "tool_calls": Keeping("工具调用记录", HALF_A_YEAR, HALF_A_YEAR, _CYBER),
    "call_sound": Keeping("通话录音", 366, 30, _SHORTEST),
    "call_events": Keeping("通话事件", 366, 30, _SHORTEST),
    "calls": Keeping("通话", 366, 30, _SHORTEST),
    "talk_words": Keeping("会话里说的话", 366, 30, _SHORTEST),
    "whispers": Keeping("会话里的耳语", 366, 30, _SHORTEST),
    "call_backs": Keeping("已了结的回电", 366, 30, _SHORTEST),
    "surveys": Keeping("已了结的语音回访", 366, 30, _SHORTEST),
    "drafts": Keeping("会话中填写的登记单", 366, 30, _SHORTEST),
    "talks": Keeping("会话", 366, 30, _SHORTEST),
    "care_marks": Keeping("同意保留的照顾标记", 731, 30, _SHORTEST),
    "affected": Keeping("登记进通告的人", 366, 30, _SHORTEST),
    "followers": Keeping("公众号里说过话的账号", 366, 30, _SHORTEST),
    "mails": Keeping("发给群众的邮件", 366, 30, _SHORTEST),
    "mail_threads": Keeping("邮件往来", 366, 30, _SHORTEST),
    "texts": Keeping("发出的短信", 366, 30, _SHORTEST),
    "jobs": Keeping("后台任务记录", 30, 1, "运行需要"),
    "uploads": Keeping("没有开始的导入文件", 30, 1, _SHORTEST),
    "orphans": Keeping("没有归属的存储文件", 7, 1, "运行需要；正在保存的文件不到一天，不会清理"),
}


def parse(text: str) -> dict[str, int]:
    """`access=1096,jobs=60` as days of each kind; what is not named has its default. Raises ValueError, saying why."""
    found = {name: kind.days for name, kind in KINDS.items()}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, days = (one.strip() for one in part.partition("="))
        if name not in KINDS:
            raise ValueError(f"{name!r} is none of {', '.join(KINDS)}")
        if not (days.isascii() and days.isdigit() and len(days) < 6):
            raise ValueError(f"{name} wants a number of days, not {days!r}")
        if int(days) < KINDS[name].least:
            raise ValueError(f"{name} may not be kept shorter than {KINDS[name].least} days: {KINDS[name].ground}")
        found[name] = int(days)
    return found


def over_before(days: int, moment: datetime) -> datetime:
    """What is older than the returned midnight (time of China) has been kept for ``days``."""
    midnight = datetime.combine(moment.astimezone(CHINA_TIME).date(), time(), CHINA_TIME)
    return midnight - timedelta(days=days)
