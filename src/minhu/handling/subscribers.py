"""What handling does when intake has news."""

from __future__ import annotations

from minhu.handling.events import OrderChanged
from minhu.handling.services import aid, contracts, cross_check  # noqa: F401 - they declare themselves to the ledger
from minhu.handling.services.automatic import dispatch_by_rule
from minhu.handling.services.forgetting import forget_words
from minhu.handling.services.import_reading import fill_imported
from minhu.handling.services.importing import open_imported
from minhu.handling.services.joining import join_by_rule
from minhu.handling.services.opening import open_order
from minhu.handling.services.supplements import supplement_added
from minhu.handling.services.teaching import teach_by_return
from minhu.intake.events import RequestForgotten, RequestReceived, RequestsImported, RequestsUnderstood, SupplementAdded
from minhu.kernel.events import subscribe


@subscribe(RequestReceived)
def on_request(event: RequestReceived) -> None:
    """Every request has an order in the same transaction; rules may send it on at once."""
    opened = open_order(event)
    aid.suggest(opened.id, event.hardships)
    if not join_by_rule(opened.number, event):
        dispatch_by_rule(opened.id, opened.number, event)


@subscribe(RequestsImported)
def on_import(event: RequestsImported) -> None:
    """Historic requests become orders, the replied ones closed or archived."""
    open_imported(event)


@subscribe(RequestsUnderstood)
def on_understood(event: RequestsUnderstood) -> None:
    """Imported orders take over what their source did not say."""
    fill_imported(event)


@subscribe(SupplementAdded)
def on_supplement(event: SupplementAdded) -> None:
    """What was asked for has come: the order waits for a decision again."""
    supplement_added(event)


@subscribe(RequestForgotten)
def on_forgotten(event: RequestForgotten) -> None:
    """What is kept of a person's words is struck out."""
    forget_words(event)


@subscribe(OrderChanged)
def on_step(event: OrderChanged) -> None:
    """A return says that the order was understood or dispatched wrongly: somebody should say what it is about."""
    teach_by_return(event)
