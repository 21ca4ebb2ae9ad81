"""Files of requests over HTTP: never as a page, only as a picture, a sound or a download."""

from __future__ import annotations

import uuid
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from minhu.intake.queries import open_attachment
from minhu.kernel.actors import current_actor

_INLINE: Final = frozenset({"image/jpeg", "image/png", "image/webp", "audio/mpeg", "audio/wav", "video/mp4"})


@require_safe
def download(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """`/attachments/<uid>/`: the content with a media type found by looking at it, `?download` to save it."""
    actor = getattr(request, "actor", None) or current_actor()
    file, content = open_attachment(str(uid), actor)
    response = StreamingHttpResponse(content, content_type=file.media_type)
    inline = file.media_type in _INLINE and "download" not in request.GET
    response["Content-Disposition"] = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(file.name)}"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
