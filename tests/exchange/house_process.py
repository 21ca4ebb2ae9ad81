"""A whole Minhu in a process of its own for tests: a city, its HTTP door, and commands as JSON lines on standard input."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import transaction  # noqa: E402

from factories import City, make_city, make_unit  # noqa: E402
from minhu.directory.access import acting_as, as_system  # noqa: E402
from minhu.directory.queries.actors import citizen_actor  # noqa: E402
from minhu.directory.types import UnitKind  # noqa: E402
from minhu.exchange.models import Transfer  # noqa: E402
from minhu.exchange.services import partners  # noqa: E402
from minhu.exchange.services.delivering import deliver  # noqa: E402
from minhu.exchange.types import PartnerData  # noqa: E402
from minhu.handling.models import Order  # noqa: E402
from minhu.handling.queries import public_view  # noqa: E402
from minhu.handling.services import take  # noqa: E402
from minhu.handling.types import Step, StepData  # noqa: E402
from minhu.intake.models import Request  # noqa: E402


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: object) -> None:
        """Silent."""


class House:
    """What a test may ask of it."""

    city: City

    def __init__(self) -> None:
        with transaction.atomic():
            self.city = make_city()
            self.away = make_unit("away", "邻州市热线中心", UnitKind.HOTLINE_CENTRE).pk
        server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def partner(self, url: str, out: str, into: str, personal: bool) -> dict[str, Any]:
        """Connect the other hotline; called again with the address once it is known."""
        data = PartnerData(label="邻州热线", kind="hotline", url=url, unit_id=self.away, personal=personal)
        with transaction.atomic(), as_system():
            if not url:
                uid, out, into = partners.add(data, secret_out=out, secret_in=into)
                self.partner_uid = uid
                return {"uid": uid, "out": out, "into": into}
            from minhu.exchange.models import Partner

            partners.edit(Partner.objects.get(uid=self.partner_uid).pk, data)
        return {}

    def order(self, text: str, confidential: bool = False) -> str:
        """A citizen's request with its order; returns the number."""
        from minhu.intake.services import receive
        from minhu.intake.types import NewRequest

        new = NewRequest(
            text=text, requester_name="欧阳晓明", requester_phone="13812345678", place_text="柳湾路 3 号",
            confidential=confidential,
        )  # fmt: skip
        return receive(new).number

    def step(self, who: str, number: str, step: str, **data: Any) -> str:
        """Somebody of the staff takes a step; returns the state."""
        with transaction.atomic(), acting_as(self.city.actor(who)):
            return take(number, Step(step), StepData(**data)).state.value

    def deliver(self) -> int:
        """One round of the outgoing messages."""
        return deliver()

    def look(self, number: str) -> dict[str, Any]:
        """The order, its transfer and what its citizen reads."""
        with transaction.atomic(), as_system():
            order = Order.objects.get(number=number)
            request = Request.objects.get(pk=order.request_id)
            row = Transfer.objects.filter(order=order).first()
            view = public_view(order.request_id, citizen_actor((order.request_id,)))
        return {
            "state": order.state, "text": request.text, "name": request.requester_name, "phone": request.requester_phone,
            "reply": view.reply, "unit": view.unit_name, "lines": [line.text for line in view.timeline],
            "transfer": None if row is None else
            {"state": row.state, "their_number": row.their_number, "by_phone": row.by_phone, "outgoing": row.outgoing},
        }  # fmt: skip


def main() -> None:
    """Answer commands until the input ends."""
    house = House()
    print(json.dumps({"port": house.port, "water": house.city.unit("water"), "away": house.away}), flush=True)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"ok": getattr(house, name)(**arguments)}
        except Exception as error:  # noqa: BLE001 - the test reads it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, ensure_ascii=True), flush=True)


if __name__ == "__main__":
    main()
