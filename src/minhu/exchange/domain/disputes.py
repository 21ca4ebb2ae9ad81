"""A consumer dispute with a registered enterprise (企业先行) as pure data: what may be sent, and what follows from what.

Nothing leaves without the citizen's consent; an enterprise has one chance to ask and one to answer, each by a clock; whatever
ends without the citizen's yes is an ordinary government order. Source: 消费者权益保护法 article 39 (negotiation first, by
choice, the way to the administration stays open) and the hotline's table of deadlines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from minhu.exchange.domain.buying import speaks_of_buying
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.kernel.patterns import regex
from minhu.language.urgency import ruled_service

WORDING: Final = "2026-11"
"""Version of the sentence that the citizen agrees to; kept with his consent."""
CONSENT: Final = _(
    "我同意把这件诉求的内容交给这家企业先行处理。我可以随时不接受企业的方案；企业超时、拒绝或我不满意时，诉求自动转为政府工单，不影响后续办理。"
)
CONTACT: Final = _("我同意把姓名和电话也告诉企业，便于联系我。")
MOST_WORDS: Final = 1000
_HARM: Final = regex(r"受伤|中毒|住院|死亡|过敏|昏迷|爆炸|起火|着火|烫伤|触电|性侵|拘禁|殴打|被打|威胁")


class Phase(Labelled):
    """How a dispute stands."""

    ASKED = "asked", _("等群众同意")
    WAITING = "waiting", _("等企业答复")
    MORE = "more", _("等群众补充")
    OFFERED = "offered", _("等群众决定")
    SETTLED = "settled", _("已和解")
    BACK = "back", _("已转政府工单")
    DECLINED = "declined", _("群众不同意")
    ENDED = "ended", _("已终止")


class News(StrEnum):
    """What can happen to it."""

    CONSENT = "consent"
    NO_CONSENT = "no_consent"
    OFFER = "offer"
    REFUSE = "refuse"
    ASK = "ask"
    TELL = "tell"
    ACCEPT = "accept"
    REJECT = "reject"
    TIME_OUT = "time_out"
    SUSPENDED = "suspended"
    TAKEN_BACK = "taken_back"
    HARM = "harm"
    MOVED_ON = "moved_on"


P, N = Phase, News
TABLE: Final[dict[tuple[Phase, News], Phase]] = {
    (P.ASKED, N.CONSENT): P.WAITING,
    (P.ASKED, N.NO_CONSENT): P.DECLINED,
    (P.ASKED, N.SUSPENDED): P.ENDED,
    (P.ASKED, N.TAKEN_BACK): P.ENDED,
    (P.ASKED, N.MOVED_ON): P.ENDED,
    (P.WAITING, N.OFFER): P.OFFERED,
    (P.WAITING, N.REFUSE): P.BACK,
    (P.WAITING, N.ASK): P.MORE,
    (P.MORE, N.TELL): P.WAITING,
    (P.OFFERED, N.ACCEPT): P.SETTLED,
    (P.OFFERED, N.REJECT): P.BACK,
    **{
        (phase, news): P.BACK
        for phase in (P.WAITING, P.MORE, P.OFFERED)
        for news in (N.TIME_OUT, N.SUSPENDED, N.TAKEN_BACK, N.HARM)
    },
    **{(phase, N.MOVED_ON): P.ENDED for phase in (P.WAITING, P.MORE, P.OFFERED)},
}
"""Every step; what is not here is refused and changes nothing."""
LIVE: Final = frozenset({P.WAITING, P.MORE, P.OFFERED})
"""The enterprise has it, and the order waits in 'with enterprise'."""
OPEN: Final = LIVE | {P.ASKED}
BY_ENTERPRISE: Final = frozenset({N.OFFER, N.REFUSE, N.ASK})
BY_CITIZEN: Final = frozenset({N.TELL, N.ACCEPT, N.REJECT})


class Why(Labelled):
    """Why a dispute became a government order, or ended otherwise."""

    NO_ANSWER = "no_answer", _("企业超时未答复")
    REFUSED = "refused", _("企业不愿处理")
    DISSATISFIED = "dissatisfied", _("群众不满意企业的方案")
    CITIZEN_SILENT = "citizen_silent", _("群众没有回复")
    SUSPENDED = "suspended", _("企业已暂停先行答复")
    TAKEN_BACK = "taken_back", _("热线收回")
    HARM = "harm", _("涉及人身伤害或安全，由政府直接办理")
    MOVED_ON = "moved_on", _("诉求已另行处理")


_WHY: Final[dict[News, Why]] = {
    N.REFUSE: Why.REFUSED, N.REJECT: Why.DISSATISFIED, N.SUSPENDED: Why.SUSPENDED, N.TAKEN_BACK: Why.TAKEN_BACK,
    N.HARM: Why.HARM, N.MOVED_ON: Why.MOVED_ON,
}  # fmt: skip


def after(phase: Phase, news: News, *, asked_before: bool = False) -> Phase | None:
    """The phase after ``news``; None where it may not happen now (a second question, an answer to what is over)."""
    if news is News.ASK and asked_before:
        return None
    return TABLE.get((phase, news))


def why(phase: Phase, news: News) -> Why | None:
    """The reason that is kept where ``news`` in ``phase`` ends it without a settlement."""
    if news is News.TIME_OUT:
        return Why.NO_ANSWER if phase is Phase.WAITING else Why.CITIZEN_SILENT
    return _WHY.get(news)


@dataclass(frozen=True, slots=True)
class Matter:
    """What the rule looks at before anything is sent."""

    text: str
    request_type: str = ""
    urgency: str = ""
    deadline_key: str = ""
    before_unit: bool = True
    confidential: bool = False
    sensitive: bool = False
    group: bool = False


def obstacle(matter: Matter) -> str:
    """Why a matter may not go to an enterprise first, in Chinese; empty where it may."""
    rules = (
        (not matter.before_unit, "这件诉求已经派单或办结，不能再交企业先行处理。"),
        (matter.confidential, "诉求人要求保密，不能交给企业。"),
        (matter.urgency in ("danger", "urgent"), "紧急事项由政府直接办理，不能先交企业。"),
        (matter.sensitive or matter.group, "敏感和群体性事项由政府直接办理，不能先交企业。"),
        (matter.request_type == "report", "举报违法行为由监管部门办理，不能交给被举报的企业。"),
        (speaks_of_harm(matter.text), "涉及人身伤害或安全，由政府直接办理，不能先交企业。"),
        (not is_consumer(matter), "看不出是消费纠纷：请先核对原话和分类。"),
    )
    return next((words for holds, words in rules if holds), "")


def speaks_of_harm(text: str) -> bool:
    """Whether words name an injury or a danger: a rule, not a model; such a matter is the government's at once."""
    return _HARM.search(text) is not None or bool(ruled_service(text))


def is_consumer(matter: Matter) -> bool:
    """Whether it is a consumer dispute: the duty catalogue says so, or the words speak of buying."""
    return matter.deadline_key == "consumer" or speaks_of_buying(matter.text)


@dataclass(frozen=True, slots=True)
class Row:
    """A dispute as the figures need it."""

    enterprise: str
    phase: Phase
    why: str
    in_time: bool | None
    satisfaction: int | None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How an enterprise (or all) did: counts, and shares of what is over; None where nothing is over yet."""

    enterprise: str
    sent: int
    running: int
    settled: int
    settled_in_time: int
    back: int
    back_silent: int
    back_refused: int
    back_dissatisfied: int
    ended: int
    satisfaction: float | None

    @property
    def settled_share(self) -> float | None:
        """Settled of all that ended as settled or as a government order."""
        over = self.settled + self.back
        return self.settled / over if over else None


def figures(enterprise: str, rows: Iterable[Row]) -> Figures:
    """Count ``rows``; satisfaction is the mean of what citizens said of settled ones (1 to 5)."""
    mine = [row for row in rows if row.sent_at is not None]
    settled = [row for row in mine if row.phase is Phase.SETTLED]
    back = [row for row in mine if row.phase is Phase.BACK]
    marks = [row.satisfaction for row in mine if row.satisfaction]
    return Figures(
        enterprise, len(mine), sum(row.phase in LIVE for row in mine), len(settled),
        sum(row.in_time is True for row in settled), len(back),
        sum(row.why == Why.NO_ANSWER.value for row in back), sum(row.why == Why.REFUSED.value for row in back),
        sum(row.why == Why.DISSATISFIED.value for row in back), sum(row.phase is Phase.ENDED for row in mine),
        sum(marks) / len(marks) if marks else None,
    )  # fmt: skip
