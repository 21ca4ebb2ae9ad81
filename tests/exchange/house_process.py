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
from minhu.exchange.models import Transfer, TransferItem  # noqa: E402
from minhu.exchange.services import partners  # noqa: E402
from minhu.exchange.services.delivering import deliver  # noqa: E402
from minhu.exchange.types import PartnerData  # noqa: E402
from minhu.handling.models import Order  # noqa: E402
from minhu.handling.queries import public_view  # noqa: E402
from minhu.handling.services import take  # noqa: E402
from minhu.handling.types import Step, StepData  # noqa: E402
from minhu.intake.models import Attachment, Request  # noqa: E402
from minhu.intake.types import UploadedFile  # noqa: E402


def uploads(files: dict[str, str] | None) -> tuple[UploadedFile, ...]:
    """Files by their names with contents in hexadecimal."""
    return tuple(UploadedFile(name, bytes.fromhex(content)) for name, content in (files or {}).items())


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

    def order(self, text: str, confidential: bool = False, files: dict[str, str] | None = None) -> str:
        """A citizen's request with its order; returns the number."""
        from minhu.intake.services import receive
        from minhu.intake.types import NewRequest

        new = NewRequest(
            text=text, requester_name="欧阳晓明", requester_phone="13812345678", place_text="柳湾路 3 号",
            confidential=confidential, files=uploads(files),
        )  # fmt: skip
        return receive(new).number

    def add(self, number: str, text: str, files: dict[str, str] | None = None) -> int:
        """The citizen adds words and files."""
        from minhu.intake.services import supplement

        with transaction.atomic(), as_system():
            request_id = Order.objects.values_list("request_id", flat=True).get(number=number)
        with transaction.atomic(), acting_as(citizen_actor((request_id,))):
            return supplement(request_id, text, uploads(files))

    def withdraw(self, number: str) -> str:
        """The citizen takes the request back."""
        with transaction.atomic(), as_system():
            request_id = Order.objects.values_list("request_id", flat=True).get(number=number)
        with transaction.atomic(), acting_as(citizen_actor((request_id,))):
            return take(number, Step.WITHDRAW, StepData(text="事情已经解决")).state.value

    def attach(self, number: str, kind: str, files: dict[str, str]) -> None:
        """Somebody of the staff adds files."""
        from minhu.intake.services import attach

        with transaction.atomic(), as_system():
            attach(Order.objects.get(number=number).request_id, uploads(files), kind=kind)

    def spoil(self, number: str) -> None:
        """The named files are said to be other ones: what follows does not fit any more."""
        with transaction.atomic(), as_system():
            TransferItem.objects.filter(transfer__order__number=number, outgoing=False).update(digest="0" * 64)

    def step(self, who: str, number: str, step: str, **data: Any) -> str:
        """Somebody of the staff takes a step; returns the state."""
        with transaction.atomic(), acting_as(self.city.actor(who)):
            return take(number, Step(step), StepData(**data)).state.value

    def newest(self) -> str:
        """The number of the newest order."""
        with transaction.atomic(), as_system():
            return Order.objects.order_by("-id").values_list("number", flat=True)[0]

    def deliver(self) -> int:
        """One round of the outgoing messages."""
        return deliver()

    def look(self, number: str) -> dict[str, Any]:
        """The order, its transfer and what its citizen reads."""
        with transaction.atomic(), as_system():
            order = Order.objects.get(number=number)
            request = Request.objects.get(pk=order.request_id)
            row = Transfer.objects.filter(order=order).first()
            items = list(TransferItem.objects.filter(transfer__order=order).order_by("id"))
            files = list(Attachment.objects.filter(request=request).order_by("id"))
            more = list(request.supplements.values_list("text", flat=True))
            view = public_view(order.request_id, citizen_actor((order.request_id,)))
        return {
            "state": order.state, "text": request.text, "name": request.requester_name, "phone": request.requester_phone,
            "reply": view.reply, "unit": view.unit_name, "lines": [line.text for line in view.timeline],
            "items": [[item.kind, item.outgoing, item.name, item.state, item.reason] for item in items],
            "files": [[file.kind, file.name, file.digest] for file in files], "supplements": more,
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
