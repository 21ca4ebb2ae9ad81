"""Programs follow a request as its citizen does: the state, the way so far, the reply once it is public."""

from __future__ import annotations

import io
import json
from typing import Any

from django.db import transaction
from django.test import Client
from PIL import Image

from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import forget
from minhu.directory.services.tokens import issue_token
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import State, Step, StepData
from minhu.intake.services import attach
from minhu.intake.types import UploadedFile

ALL = ("requests:write", "requests:read", "orders:read")
TEXT = "柳湾街道春晖小区3号楼从昨天晚上开始停水，到现在还没有恢复，请尽快处理。"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def token(name: str, *scopes: str) -> str:
    with transaction.atomic(), as_system():
        plain = issue_token(name, scopes)
    forget()
    return plain


def get(plain: str, path: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers={"Authorization": f"Bearer {plain}"})


def submitted(plain: str) -> dict[str, str]:
    made = Client(raise_request_exception=False).post(
        "/api/v1/requests", json.dumps({"text": TEXT, "phone": "13800138000"}), content_type="application/json",
        headers={"Authorization": f"Bearer {plain}"},
    )  # fmt: skip
    assert made.status_code == 201, made.content.decode()
    return dict(made.json())


def by(city: City, who: str, number: str, step: Step, **data: Any) -> None:
    with acting_as(city.actor(who)):
        take(number, step, StepData(**data))


def test_a_program_follows_its_request_to_the_public_reply(city: City) -> None:
    mine = token("partner", *ALL)
    number = submitted(mine)["number"]
    path = f"/api/v1/orders/{number}"
    first = get(mine, path).json()
    assert (first["number"], first["reply"], first["replied_at"]) == (number, "", None)
    assert first["may"] == {"supplement": True, "withdraw": True, "rate": False}
    with as_system():
        order = Order.objects.get(number=number)
    if order.state == State.RECEIVED.value:
        by(city, "dispatcher", number, Step.ACCEPT)
    by(city, "dispatcher", number, Step.DISPATCH, unit_id=city.unit("water"))
    by(city, "water_handler", number, Step.SIGN)
    working = get(mine, path).json()
    assert (working["state"], working["unit"]) == ("in_progress", "云溪市水务局")
    assert working["due_at"]
    assert [event["text"] for event in working["timeline"]][-1].startswith("云溪市水务局已签收")
    with acting_as(city.actor("water_handler")):
        attach(order.request_id, (UploadedFile("现场.png", picture()),), kind="reply")
    by(city, "water_handler", number, Step.REPLY, reply="已抢修完毕，恢复供水。", solved=True, contact_result="reached")
    waiting = get(mine, path).json()
    assert (waiting["state"], waiting["reply"], waiting["reply_files"]) == ("replied", "", [])
    assert get(mine, f"/api/v1/requests/{number}").json()["attachments"] == [], "a reply nobody has approved"
    by(city, "water_head", number, Step.APPROVE_REPLY)
    told = get(mine, path).json()
    assert (told["reply"], told["may"]["rate"]) == ("已抢修完毕，恢复供水。", True)
    assert [one["name"] for one in told["reply_files"]] == ["现场.png"]
    staff = {staff.name for staff in city.staff.values()}
    assert not [name for name in staff if name in json.dumps(told, ensure_ascii=False)], "no person of the staff"


def test_progress_needs_its_own_scope_and_ones_own_request_or_its_code(city: City) -> None:
    mine, writer = token("partner", *ALL), token("writer", "requests:write", "requests:read")
    other = token("other", "orders:read")
    made = submitted(mine)
    path = f"/api/v1/orders/{made['number']}"
    assert get(writer, path).status_code == 403
    assert get("mh_nothing", path).status_code == 401
    assert get(other, path).status_code == 404
    assert get(other, f"{path}?code=000000").status_code == 404
    assert get(other, f"{path}?code={made['code']}").status_code == 200
