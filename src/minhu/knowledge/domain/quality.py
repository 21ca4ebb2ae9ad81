"""What people say of answers: how staff rate them, how judges judge them, and where the questions of a set come from."""

from __future__ import annotations

from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.knowledge.types import Trouble


class Rated(Labelled):
    """What somebody said of an answer that they got; citizens say the first two only."""

    HELPFUL = "helpful", _("有帮助")
    UNHELPFUL = "unhelpful", _("没帮助")
    WRONG = "wrong", _("有错误")
    OUTDATED = "outdated", _("已过时")
    INCOMPLETE = "incomplete", _("不完整")


STAFF_SAYS: Final = (Rated.HELPFUL, Rated.WRONG, Rated.OUTDATED, Rated.INCOMPLETE)
TROUBLES: Final = {
    Rated.UNHELPFUL: Trouble.UNHELPFUL, Rated.WRONG: Trouble.WRONG, Rated.OUTDATED: Trouble.OUTDATED,
    Rated.INCOMPLETE: Trouble.INCOMPLETE,
}  # fmt: skip


class Judged(Labelled):
    """What a judge says of one asking of a sample."""

    RIGHT = "right", _("正确")
    PARTLY = "partly", _("部分正确")
    WRONG = "wrong", _("错误")
    SHOULD_REFUSE = "refuse", _("不该作答")
    SHOULD_ANSWER = "answer", _("本应作答")


JUDGED_ANSWERED: Final = (Judged.RIGHT, Judged.PARTLY, Judged.WRONG, Judged.SHOULD_REFUSE)
JUDGED_REFUSED: Final = (Judged.RIGHT, Judged.SHOULD_ANSWER)


class Origin(Labelled):
    """Where a question of an evaluation set comes from."""

    HAND = "hand", _("手工")
    PAIR = "pair", _("已采用的文件问答")
    SAMPLE = "sample", _("抽检结论")
    FILE = "file", _("表格导入")


class RunState(Labelled):
    """Course of a run of an evaluation set."""

    WAITING = "waiting", _("等待运行")
    RUNNING = "running", _("正在运行")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未能完成")
