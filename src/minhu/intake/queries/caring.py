"""Special needs as they are shown: to the agent with their source, to the unit only how to reach the citizen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from minhu.directory.access import elevated
from minhu.intake.models import CareMark, Request, Talk
from minhu.intake.queries.talks import talk_for_staff
from minhu.intake.reading import visible_request
from minhu.intake.types import TalkChannel
from minhu.kernel.actors import current_actor
from minhu.kernel.labels import marked as _
from minhu.language.needs import Manner, Need, manner_of

SOURCES: Final[dict[str, str]] = {"said": _("本人说的"), "kept": _("以前同意保留"), "agent": _("话务员标记")}


@dataclass(frozen=True, slots=True)
class CareView:
    """The needs of a talk with their sources, how to serve, and whether something is kept for the next time."""

    needs: tuple[tuple[Need, str], ...]
    manner: Manner
    kept: bool


def held(talk: Talk) -> tuple[Need, ...]:
    """The needs of a talk, in the order of ``Need``."""
    codes = {one.partition(":")[0] for one in talk.needs}
    return tuple(need for need in Need if need.value in codes)


def kept_for(talk: Talk) -> Q:
    """Marks kept for the account of a talk, or for its telephone where the line shows it: a number typed in proves nobody."""
    wanted = Q(pk__in=[])
    if shows_number(talk) and talk.phone_index:
        wanted |= Q(phone_index=talk.phone_index)
    if talk.sender_index:
        wanted |= Q(sender_index=talk.sender_index)
    return wanted


def shows_number(talk: Talk) -> bool:
    """Whether the telephone of a talk is the line it came on."""
    return talk.channel in (TalkChannel.PHONE.value, TalkChannel.SMS.value)


def of_talk(uid: UUID) -> CareView:
    """For an agent who may read the talk; raises NotFound."""
    talk_for_staff(uid)
    return _view(Talk.objects.get(uid=uid))


def for_citizen(uid: UUID) -> CareView:
    """For the page that has shown the secret of the talk."""
    with elevated("the citizen's own page shows what he told"):
        talk = Talk.objects.filter(uid=uid).first()
        return _view(talk) if talk is not None else CareView((), Manner(), False)


def manner(uid: UUID) -> Manner:
    """How a talk is to be served, for voices and pages; the usual way for an unknown talk. Needs a wide scope."""
    talk = Talk.objects.filter(uid=uid).only("uid", "needs_said").first()
    return manner_of(held(talk)) if talk is not None else Manner()


def contact_advice(request_id: int) -> tuple[str, ...]:
    """How to reach the citizen of a request, for whoever may see it; raises NotFound for others. Says nothing of why."""
    request: Request = visible_request(request_id, current_actor())
    if not request.call_id:
        return ()
    try:
        uid = UUID(request.call_id)
    except ValueError:
        return ()
    with elevated("a unit learns how to reach the citizen, not what he told in the talk"):
        return tuple(dict.fromkeys(manner(uid).advice))


def _view(talk: Talk) -> CareView:
    sources = dict(one.partition(":")[::2] for one in talk.needs)
    kept = CareMark.objects.filter(kept_for(talk)).exists()
    needs = held(talk)
    return CareView(tuple((need, SOURCES.get(sources[need.value], "")) for need in needs), manner_of(needs), kept)
