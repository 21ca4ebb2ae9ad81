"""What publishing a version would cost, on its document's page: the trial, what is lost, why it is published all the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.directory.policy import Action
from minhu.directory.queries.rules import rate_rules
from minhu.knowledge.queries import documents, sets
from minhu.knowledge.services import gate
from minhu.knowledge.types import DocumentCard, State
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import for_staff


def gate_of(card: DocumentCard) -> dict[str, object]:
    """What `quality/gate.html` shows for a version that is not published yet; empty where no question is about it."""
    if card.version.state not in (State.DRAFT, State.REVIEW) or not card.may_edit:
        return {}
    count = sets.asked_about(card.id)
    trial = sets.trial_of(card.version.id)
    if not count and trial is None:
        return {}
    changed = [one for one in sets.results(trial.id) if one.lost or one.gained] if trial else []
    return {
        "gate": {
            "questions": count, "trial": trial, "changed": changed, "allowed": rate_rules().answers_lost,
            "blocked": trial is not None and gate.blocks(trial.figures),
        }
    }  # fmt: skip


@for_staff(Action.EDIT_KNOWLEDGE)
@require_POST
def again(request: HttpRequest, version: int) -> HttpResponse:
    """Try the version again."""
    document, number = documents.place_of(version)
    return act(
        request,
        lambda: gate.try_again(version),
        _("已开始试答，稍后刷新看结果。"),
        f"/knowledge/{document}/?version={number}#gate",
    )
