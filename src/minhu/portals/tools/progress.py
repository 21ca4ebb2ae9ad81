"""How one's own order stands: number and code are the proof, under the same limits as the page for following it."""

from __future__ import annotations

from django.utils.translation import gettext

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import citizen_actor
from minhu.handling.queries import public_view
from minhu.intake import services as intake
from minhu.kernel.numbers import normalise_number
from minhu.portals.tools.cards import ProgressCard
from minhu.portals.tools.parameters import OrderProgress


def progress(given: OrderProgress, client: str) -> ProgressCard:
    """The order as its citizen sees it; wrong guesses are counted against ``client``. Raises NotFound, TooMany."""
    request_id = intake.open_by_code(normalise_number(given.number), given.code, client)
    with acting_as(citizen_actor((request_id,))) as citizen:
        view = public_view(request_id, citizen)
    events = tuple((one.at, one.text) for one in view.timeline)
    return ProgressCard(
        view.number, view.title, view.state.value, gettext(str(view.state_words)), view.unit_name, view.due_at or view.next_by,
        view.reply, events,
    )  # fmt: skip
