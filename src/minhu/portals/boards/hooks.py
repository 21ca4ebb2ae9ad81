"""`POST /hooks/boards/<board>/`: signed messages of message boards (no session, no cookie; the signature is the proof)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.http import require_POST

from minhu.engines.webhooks import ID, SIGNATURE, TIMESTAMP
from minhu.exchange.services import boards_coming
from minhu.kernel.errors import MinhuError


@require_POST
def receive(request: HttpRequest, uid: str) -> HttpResponse:
    """Take in one message; answers problem JSON for what is refused."""
    try:
        body = request.read(boards_coming.MOST_BYTES + 1)
    except UnreadablePostError as error:
        raise MinhuError("消息不完整，请重新发送。", code="bad_body") from error
    headers = {name: request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
    answer = boards_coming.take_in(uid, headers, body)
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False}, headers={"Cache-Control": "no-store"})
