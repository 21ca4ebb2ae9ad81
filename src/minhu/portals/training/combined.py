"""The figures of training put together: forms, topics, ratings and questions to the papers of one span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries.categories import category_info
from minhu.evaluation.queries import low_by_request
from minhu.handling.queries.topics import topics_of_requests
from minhu.intake.queries.coaching import FormRow, Handled, Need, Topic, forms_of_agents, recommended, topics_of
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries.unanswered import Asked, asked_by
from minhu.knowledge.services.finding import find

NEEDS: Final[dict[Need, str | Promise]] = {
    Need.CORRECTED: gettext_lazy("建议改正多"), Need.MISSING: gettext_lazy("登记时缺要素多"), Need.SLOW: gettext_lazy("登记用时长"),
    Need.LOW: gettext_lazy("不满意多"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgentNeeds:
    """One agent's counts of a span, by topic; ``train`` is the topic to begin with, ``paper`` a document to read for it."""

    staff_id: int
    name: str
    forms: int
    corrected: int
    missing: int
    seconds: int | None
    rated: int
    low: int
    asked: Asked
    topics: tuple[Topic, ...]
    train: Topic | None
    paper: tuple[int, str] | None

    @property
    def reasons(self) -> list[str]:
        """Why the topic is proposed, in words."""
        return [str(NEEDS[one]) for one in self.train.needs] if self.train else []


def all_agents(since: datetime, until: datetime, level: int = 1) -> list[AgentNeeds]:
    """Every agent who registered a form, by name: nobody is ranked. ``level`` of the category tree is one topic.

    For supervisors; raises NotAllowed.
    """
    rows = forms_of_agents(since, until)
    forms, leaves = _handled(rows, level)
    people = {row.staff_id: (row.username, row.name) for row in rows}
    asked = asked_by([username for username, _name in people.values()], since, until)
    found = [
        _needs(key, name, forms, asked.get(username, Asked(0, 0)), leaves) for key, (username, name) in people.items()
    ]
    return sorted(found, key=lambda one: one.name)


def one_agent(staff_id: int, username: str, name: str, since: datetime, until: datetime, level: int = 1) -> AgentNeeds:
    """One agent against the others; for supervisors and the agent himself. Raises NotAllowed."""
    forms, leaves = _handled(forms_of_agents(since, until, staff_id), level)
    asked = asked_by([username], since, until)
    return _needs(staff_id, name, forms, asked.get(username, Asked(0, 0)), leaves)


def lines(agents: Sequence[AgentNeeds]) -> list[tuple[Any, ...]]:
    """Every count as a row of a file: agent, topic, own and others'."""
    return [
        (
            agent.name, one.name, one.forms, one.corrected.part, one.corrected.others_part, one.corrected.others_whole,
            one.missing.part, one.missing.others_part, one.seconds, one.others_seconds, one.low.part, one.low.whole,
            "、".join(str(NEEDS[need]) for need in one.needs) if one.enough else _("样本不足"),
        )
        for agent in agents for one in agent.topics
    ]  # fmt: skip


def header() -> tuple[str, ...]:
    """The columns of `lines`."""
    return (
        _("坐席"), _("主题"), _("登记"), _("建议被改正"), _("同事改正"), _("同事登记"), _("登记时缺要素"), _("同事缺要素"),
        _("用时中位数（秒）"), _("同事用时中位数（秒）"), _("不满意"), _("有评价"), _("突出问题"),
    )  # fmt: skip


def _handled(rows: Sequence[FormRow], level: int) -> tuple[list[Handled], dict[str, str]]:
    """The forms with their topic, and for each order's number the name of its leaf, by which a paper is looked for."""
    ids = [row.request_id for row in rows]
    topics, low = topics_of_requests(ids), low_by_request(ids)
    names: dict[int | None, tuple[str, str]] = {}
    found, leaves = [], {}
    for row in rows:
        number, category = topics.get(row.request_id, ("", None))
        if category not in names:
            names[category] = _topic_name(category, level)
        leaves[number] = names[category][1]
        rated, bad = low.get(row.request_id, (0, 0))
        found.append(
            Handled(row.staff_id, names[category][0], number, row.seconds, row.corrected, row.missing, rated, bad)
        )
    return found, leaves


def _topic_name(category_id: int | None, level: int) -> tuple[str, str]:
    info = category_info(category_id)
    return (" · ".join(info.path_names[:level]), info.name) if info else (_("未分类"), "")


def _needs(staff_id: int, name: str, forms: Sequence[Handled], asked: Asked, leaves: Mapping[str, str]) -> AgentNeeds:
    topics = topics_of(staff_id, forms)
    own = [one for one in forms if one.staff_id == staff_id]
    spent = sorted(one.seconds for one in own if one.seconds is not None)
    train = recommended(topics)
    about = Counter[str](leaves[one] for one in _behind(train) if leaves.get(one)) if train else Counter[str]()
    return AgentNeeds(
        staff_id, name, len(own), sum(bool(one.corrected) for one in own), sum(bool(one.missing) for one in own),
        spent[len(spent) // 2] if spent else None, sum(one.rated for one in own), sum(one.low for one in own), asked,
        topics, train, _paper(about.most_common(1)[0][0] if about else train.name) if train else None,
    )  # fmt: skip


def _behind(topic: Topic) -> tuple[str, ...]:
    """The numbers of the orders for which a topic is proposed."""
    lists = {
        Need.CORRECTED: topic.corrected.numbers, Need.MISSING: topic.missing.numbers, Need.SLOW: topic.slow_numbers,
        Need.LOW: topic.low.numbers,
    }  # fmt: skip
    return tuple(number for need in topic.needs for number in lists[need])


def _paper(topic: str) -> tuple[int, str] | None:
    """The paper in force that fits a topic best, of those that the reader may see."""
    try:
        found = find(topic.replace(" · ", " "), size=1).papers
    except MinhuError:
        return None
    return (found[0].document_id, found[0].title) if found else None
