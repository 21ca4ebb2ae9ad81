"""Doors for machines, whose signature is the proof: `/hooks/wechat/<account>/` is checked (GET) and gets messages (POST);
`/hooks/texts/<provider>/` gets receipts and words of whoever carries text messages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.http import require_http_methods, require_POST

from minhu.engines.channels.wechat import MOST_BYTES
from minhu.exchange.services import texts_coming
from minhu.exchange.services import wechat as services
from minhu.kernel.errors import MinhuError


@require_http_methods(["GET", "POST"])
def wechat(request: HttpRequest, uid: str) -> HttpResponse:
    """Answer the platform; problem JSON for what is refused."""
    query = request.GET.dict()
    if request.method == "GET":
        return _said(services.echoed(uid, query).encode(), "text/plain")
    body = _body(request, MOST_BYTES)
    answer = services.take_in(uid, query, body)
    return _said(answer, "text/plain" if answer == services.SUCCESS else "application/xml")


@require_POST
def texts(request: HttpRequest, uid: str) -> HttpResponse:
    """Answer whoever carries text messages; problem JSON for what is refused."""
    body = _body(request, texts_coming.MOST_BYTES)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return JsonResponse(texts_coming.take_in(uid, headers, body), headers={"Cache-Control": "no-store"})


def _body(request: HttpRequest, most: int) -> bytes:
    try:
        return request.read(most + 1)
    except UnreadablePostError as error:
        raise MinhuError("消息不完整，请重新发送。", code="bad_body") from error


def _said(content: bytes, kind: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)
