"""The mayor's mailbox of the demo city: eight letters of the last days, each at another point of its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_named
from minhu.exchange.services import board_posts, board_replies, boards
from minhu.exchange.services.board_posts import Board, Post
from minhu.handling import services as handling
from minhu.handling.queries import order_of
from minhu.handling.types import State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import NotFound

LABEL: Final = "云溪市市长信箱"
DISPATCHER: Final = "paidan"
SITE: Final = "https://mailbox.yunxi.example"
_LETTERS: Final = (
    ("XX-0417", "希望延长图书馆晚间开放时间", "市长您好，市图书馆晚上七点就闭馆，上班族下班赶不上，能不能延长到九点？", "佟遇", 6, True),
    ("XX-0421", "南浦街道公交站牌看不清", "南浦街道南浦大道东口的公交站牌褪色严重，线路和首末班时间都看不清，老人经常坐错车，请更换。", "令狐安", 5, True),
    ("XX-0426", "小区充电桩收费咨询", "我们小区充电桩电费涨到一块六一度，想问收费标准由哪个部门定，有没有文件。", "尉迟小禾", 4, True),
    ("XX-0430", "柳荫农贸市场占道", "柳荫农贸市场早上占道经营，电动车和行人混在一起，早高峰根本走不动。", "阮乔", 3, True),
    ("XX-0433", "孩子入学材料", "外来务工人员子女明年入学要准备哪些材料？居住证刚办满半年够不够？", "何溪", 6, False),
    ("XX-0438", "柳堤滨江公园绿道路灯", "柳堤滨江公园绿道从二号驿站到三号驿站一段路灯连着坏了七八盏，晚上跑步看不见台阶。", "公孙晓", 2, True),
    ("XX-0440", "反映邻居装修", "楼上装修中午也施工，请物业和社区管一管。", "闻人小雨", 1, False),
    ("XX-0442", "建议增设母婴室", "客运中心候车厅没有母婴室，带孩子出门很不方便，建议改造时加上。", "桑榆", 1, True),
)  # fmt: skip
_REPLIES: Final = {
    "XX-0417": "您好。市图书馆自下月起周二至周六延长开放至 21:00，周日 18:00 闭馆，周一闭馆不变。感谢您的建议。",
    "XX-0421": "您好。南浦大道东口站牌已于昨日更换为夜光站牌，线路和首末班时间已核对。感谢您的监督。",
    "XX-0426": "您好。居民小区充电桩电费执行居民合表电价，服务费由经营者明码标价、不得超过上限；超出上限的请拨打 12315 反映。",
    "XX-0430": "您好。城管部门已与市场开办方约谈，自本周起每日 6:30 至 9:00 派员值守，占道摊位已退回场内。",
}
"""What was answered; the rest is on its way."""


def load_boards() -> int:
    """Let the letters come in, be answered and published; a second run changes nothing. Returns how many there are."""
    dispatcher = actor_named(DISPATCHER)
    if dispatcher is None:
        raise NotFound(f"演示城市里没有账号 {DISPATCHER}，请先装载演示城市的基础数据。")
    with transaction.atomic(), as_system():
        if any(one.label == LABEL for one in boards.listed()):
            return 0
        board = boards.get(boards.add(boards.BoardData(LABEL, SITE, answer_days=5))[0])
    today = clock.now()
    for key, title, text, name, days, public in _LETTERS:
        with clock.at(today - timedelta(days=days, minutes=40)), transaction.atomic(), as_system():
            post = Post(key, text, title, name, public=public, category="群众来信", link=f"{SITE}/{key}")
            row, _done = board_posts.take(board, post)
        if row is not None and key in _REPLIES:
            with clock.at(today - timedelta(hours=20)), transaction.atomic(), acting_as(dispatcher):
                if order_of(row.order.number).state == State.DISPATCHED.value:  # a rule was quicker
                    handling.take(row.order.number, Step.RECALL, StepData(text="由热线中心直接答复"))
                handling.take(row.order.number, Step.ANSWER_DIRECTLY, StepData(reply=_REPLIES[key]))
    with transaction.atomic(), as_system():
        _afterwards(board)
    return len(_LETTERS)


def _afterwards(board: Board) -> None:
    """Two are published, one of them got a later word; one was changed, one taken away, one waits to be published."""
    with clock.at(clock.now() - timedelta(hours=19)):
        for told in board_replies.for_board(board, ("XX-0417", "XX-0421", "XX-0426"))[:2]:
            board_replies.published(board, told["post"], told["digest"])
    at = clock.now().astimezone(CHINA_TIME)
    board_posts.follow(board, "XX-0421", "ZP-1", "新站牌看到了，可是晚上灯箱不亮，还是看不清。", at)
    words = "柳堤滨江公园绿道二号到三号驿站的路灯坏了十一盏，昨晚有人在台阶上踩空，请尽快修。"
    board_posts.take(board, Post("XX-0438", words, "柳堤滨江公园绿道路灯", public=True, link=f"{SITE}/XX-0438"))
    board_posts.delete(board, "XX-0440", "留言人自行删除。")
