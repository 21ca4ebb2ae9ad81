"""The resources of GeoReport v2: services, requests, tokens, updates, and the discovery document."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import override

from minhu.exchange.services import open311, published
from minhu.exchange.types import PublishedOrder, PublishedUpdate
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.kernel.numbers import normalise_number
from minhu.portals.open311 import answers, reading, services

View = Callable[..., HttpResponse]


def resource(*methods: str) -> Callable[[View], View]:
    """Decorator: the format from the address, allowed methods, the jurisdiction, and errors in the standard's form."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, form: str = "", **parts: Any) -> HttpResponse:
            chosen = form or answers.form_of(request.path, request.headers.get("Accept", ""))
            if chosen not in answers.FORMATS:
                return answers.errors(answers.XML, 404, [f"没有 {chosen[:20]} 格式，可选 xml、json。"])
            if request.method not in methods:
                return answers.errors(chosen, 405, ["不支持的方法。"], {"Allow": ", ".join(methods)})
            with override("zh-hans"):
                try:
                    response = view(request, chosen, **parts)
                except MinhuError as error:
                    return answers.refusal(chosen, error)
            if request.method == "GET":
                response["Access-Control-Allow-Origin"] = "*"
            return response

        return answered

    return decorate


@resource("GET")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the endpoints are and which formats they speak."""
    base = request.build_absolute_uri("/open311/v2")
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2", "url": base, "changeset": "2026-03-01T00:00:00Z",
        "type": "production", "formats": ["text/xml", "application/json"],
    }  # fmt: skip
    item = {
        "changeset": "2026-03-01T00:00:00Z", "contact": request.build_absolute_uri("/"),
        "key_service": "请向热线中心的安全管理员申请带 open311 权限的接口令牌。", "endpoints": [endpoint],
    }  # fmt: skip
    return answers.single(form, "discovery", item)


@resource("GET")
def service_list(request: HttpRequest, form: str) -> HttpResponse:
    """All services."""
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    return answers.answer(form, "services", "service", map(services.service, services.listed()))


@resource("GET")
def service_definition(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """The attributes of one service."""
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    return answers.single(form, "service_definition", services.definition(services.of_code(code)))


@resource("GET", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """List published requests, or report a new one."""
    if request.method == "POST":
        return _report(request, form)
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    token = reading.key_of(request, request.GET.get("api_key", ""), needed=False)
    found = published.orders(reading.wanted(request.GET.dict(), token))
    return answers.answer(form, "service_requests", "request", map(_order, found))


def _report(request: HttpRequest, form: str) -> HttpResponse:
    fields = reading.form_of(request)
    token = reading.key_of(request, _argument(request, fields, "api_key"), needed=True)
    assert token is not None  # noqa: S101 - needed=True raises without one
    reading.check_jurisdiction(_argument(request, fields, "jurisdiction_id"))
    new, node = services.new_request(fields, request.headers.get("Idempotency-Key", ""))
    made = open311.report(new, node.id, token)
    known = made.decided or not settings.OPEN311_TOKENS
    item = {
        **({"service_request_id": made.number} if known else {"token": made.token}),
        "service_notice": f"{made.wording}查询码：{made.code}，凭编号和查询码可在网页查询办理进度。",
        "account_id": fields.get("account_id", "").strip()[:100] or None,
    }
    return answers.answer(form, "service_requests", "request", [item], 201 if made.created else 200)


@resource("GET")
def request_of(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """One published request."""
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    token = reading.key_of(request, request.GET.get("api_key", ""), needed=False)
    wanted = reading.wanted({"service_request_id": normalise_number(number).replace(",", "") or "-"}, token)
    found = published.orders(wanted)
    if not found:
        raise NotFound("没有这件诉求，或者尚未公开。")
    return answers.answer(form, "service_requests", "request", map(_order, found))


@resource("GET")
def token_of(request: HttpRequest, form: str, token: str) -> HttpResponse:
    """The number behind a token, as soon as there is one to be told."""
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    try:
        uid = str(uuid.UUID(token))
    except ValueError as error:
        raise NotFound("没有这个 token。") from error
    number, decided = open311.found_by_token(uid)
    told = number if decided or not settings.OPEN311_TOKENS else None
    item = {"service_request_id": told, "token": uid}
    return answers.answer(form, "service_requests", "request", [item])


@resource("GET", "POST")
def updates(request: HttpRequest, form: str) -> HttpResponse:
    """The public lines of published requests; a POST adds words to an own one."""
    if request.method == "POST":
        return _add(request, form)
    reading.check_jurisdiction(request.GET.get("jurisdiction_id"))
    token = reading.key_of(request, request.GET.get("api_key", ""), needed=False)
    found = published.updates(reading.wanted(request.GET.dict(), token))
    return answers.answer(form, "service_request_updates", "request_update", map(_update, found))


def _add(request: HttpRequest, form: str) -> HttpResponse:
    fields = reading.form_of(request)
    token = reading.key_of(request, _argument(request, fields, "api_key"), needed=True)
    assert token is not None  # noqa: S101 - needed=True raises without one
    reading.check_jurisdiction(_argument(request, fields, "jurisdiction_id"))
    number = normalise_number(fields.get("service_request_id", ""))[:20]
    text = fields.get("description", "").strip()
    if not number or "\0" in number:
        raise Invalid("缺少 service_request_id。")
    if not text:
        raise Invalid("缺少 description。")
    given = fields.get("update_id", "").strip()
    if len(given) > 100 or not given.isprintable():
        raise Invalid("update_id 不能超过 100 个字符。")
    picture = reading.media_url(fields.get("media_url", "").strip())
    words = f"{text}\n附图地址（未核验）：{picture}" if picture else text
    update_id = open311.add_update(number, given, words, token)
    item = {"update_id": update_id, "service_request_id": number, "updated_datetime": _time(now())}
    return answers.answer(form, "service_request_updates", "request_update", [item], 201)


def unknown(request: HttpRequest, path: str = "") -> HttpResponse:
    """Everything else under the address of the interface."""
    form = answers.JSON if request.path.endswith(".json") else answers.XML
    return answers.errors(form, 404, ["没有这个资源，请查看 /open311/v2/discovery.xml。"])


def _argument(request: HttpRequest, fields: QueryDict, name: str) -> str:
    """Some clients put the key and the jurisdiction into the address of a POST."""
    return (fields.get(name) or request.GET.get(name) or "").strip()


def _time(moment: Any) -> str | None:
    return moment.astimezone(CHINA_TIME).isoformat(timespec="seconds") if moment else None


def _order(order: PublishedOrder) -> dict[str, Any]:
    return {
        "service_request_id": order.number, "status": "open" if order.open else "closed",
        "status_notes": order.reply or order.state_words, "service_name": order.category_name,
        "service_code": order.category_code, "description": order.title, "agency_responsible": order.unit_name,
        "service_notice": None, "requested_datetime": _time(order.created_at), "updated_datetime": _time(order.changed_at),
        "expected_datetime": _time(order.due_at), "address": order.area_name, "address_id": order.area_code,
        "zipcode": None, "lat": order.latitude, "long": order.longitude, "media_url": None,
    }  # fmt: skip


def _update(update: PublishedUpdate) -> dict[str, Any]:
    return {
        "update_id": str(update.update_id), "service_request_id": update.number,
        "status": "open" if update.open else "closed", "updated_datetime": _time(update.at), "description": update.text,
        "media_url": None,
    }  # fmt: skip
