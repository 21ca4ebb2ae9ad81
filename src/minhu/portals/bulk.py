"""Taking many matters out of the house: for a reason, so many rows at once, so many times a day, each entered."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django.db import connection
from django.forms import BaseForm
from django.utils.translation import gettext as _

from minhu.directory.access import require
from minhu.directory.policy import Action, Facts, Purpose, may_ever
from minhu.directory.queries.rules import access_rules
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotAllowed, TooMany
from minhu.ledger import queries as ledger

COUNTED: Final = (
    "orders.exported", "orders.printed", "inbox.exported", "supervision.exported", "board.exported", "ledger.exported",
    "messageboard.exported", "knowledge.exported", "knowledge.figures_exported", "knowledge.sample_exported", "knowledge.set_exported",
    "training.exported",
)  # fmt: skip
"""Kinds of entries that count as taking a list out; each is entered under the person who took it."""
AUDITED: Final = 20_000
"""Rows of the ledgers or of the log of readings that an auditor takes at once; of the knowledge room's own, its keepers."""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 712))"


def begin(actor: Actor, reason: str) -> int:
    """How many rows the actor may take now; whoever calls enters the ledger in the same transaction.

    Raises Invalid without a reason, NotAllowed for who may not export, TooMany when the day's number is reached.
    """
    _check_reason(reason)
    require(Action.EXPORT, Facts(unit_ids=frozenset(actor.unit_ids)), actor, Purpose.EXPORT)
    most = access_rules().most_rows(actor.roles)
    if not most:
        raise NotAllowed(_("现行规则不允许您的岗位导出清单。如工作需要，请向系统管理员提出。"), code="no_export")
    _check_day(actor)
    return most


def begin_audit(actor: Actor, reason: str) -> int:
    """The same for the books of the audit administrator, which hold no citizen's word: a reason, so many, so often."""
    _check_reason(reason)
    require(Action.VIEW_LEDGER, actor=actor)
    _check_day(actor)
    return AUDITED


def begin_knowledge(actor: Actor, reason: str) -> int:
    """The same for what the knowledge room counts and keeps, no citizen's person in it: for who keeps papers or sees figures."""
    _check_reason(reason)
    if not (may_ever(actor, Action.EDIT_KNOWLEDGE) or may_ever(actor, Action.VIEW_FIGURES)):
        raise NotAllowed(_("您的岗位不能导出知识库的统计和抽检。"), code="no_export")
    _check_day(actor)
    return AUDITED


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise Invalid(_("请填写导出用途（至少 2 个字），才能导出。"), code="no_reason", fields={"reason": ""})


def _check_day(actor: Actor) -> None:
    rules = access_rules()
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [f"export {actor.id}"])
    midnight = datetime.combine(now().astimezone(CHINA_TIME).date(), time(), CHINA_TIME)
    if ledger.count_since(("staff", actor.id), COUNTED, midnight) >= rules.per_day:
        raise TooMany(
            _(
                "您今天导出、打印清单已达 %(n)d 次的上限，没有导出。请明天再来，或请有权限的同事办理；确需提高，请向系统管理员提出。"
            )
            % {"n": rules.per_day},
            code="exports_per_day",
        )


def refuse_over(count: int, most: int) -> None:
    """Raise Invalid when more rows match than may be taken at once."""
    if count > most:
        raise Invalid(
            _(
                "符合条件的超过 %(n)d 条，超出您的岗位一次可导出的数量，没有导出。请用时间、地区、状态缩小范围，分批导出。"
            )
            % {"n": most},
            code="too_many_rows",
        )


def check_conditions(form: BaseForm) -> None:
    """Raise Invalid with each mistake where a condition that was set cannot be read: then nothing is shown or exported."""
    if form.is_bound and not form.is_valid():
        labels = {name: str(form.fields[name].label or name) for name in form.errors if name in form.fields}
        mistakes = "；".join(
            f"{labels.get(name, name)}：{' '.join(map(str, said))}" for name, said in form.errors.items()
        )
        words = _("查询条件有误（%(mistakes)s）。没有列出或导出任何记录，请改正后再查。") % {"mistakes": mistakes}
        raise Invalid(str(words), code="conditions")
