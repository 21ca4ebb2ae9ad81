"""How an error looks to the person or program that met it."""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from minhu.kernel.errors import MinhuError, NotFound, Unavailable
from minhu.portals.context import request_number
from minhu.portals.open311 import answers
from minhu.server import disk

RETRY_SECONDS = 10
_DISK_FULL = "53100"  # SQLSTATE disk_full
BUSY = "busy"
_CITIZENS = ("/submit/", "/follow/", "/r/", "/i18n/", "/developers/", "/open311/", "/static/")
_PLAIN_PAGE = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<main role="main"><h1>{title}</h1><p>{detail}</p><p>错误编号：{code}</p>'
    '<p><a href="/">返回首页</a></p></main></html>'
)


def wants_json(request: HttpRequest) -> bool:
    """True for programs: the API, whoever asks for JSON before HTML, and htmx, which shows a notice."""
    accept = request.headers.get("Accept", "")
    if request.path.startswith(("/api/", "/hooks/")) or request.headers.get("HX-Request") == "true":
        return True
    return "json" in accept and "text/html" not in accept


def answer(request: HttpRequest, error: MinhuError) -> HttpResponse:
    """Problem JSON or a page for `error`; 503 says when to come back."""
    if request.path.startswith("/open311/"):
        form = answers.form_of(request.path, request.headers.get("Accept", ""))
        response: HttpResponse = answers.refusal(form, error)
    elif wants_json(request):
        response = JsonResponse(
            error.problem(), status=error.status, content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )  # fmt: skip
    else:
        response = HttpResponse(_page(request, error), status=error.status)
    response["X-Request-ID"] = request_number()
    if error.status == 503 or error.retry_after is not None:
        response["Retry-After"] = str(RETRY_SECONDS if error.retry_after is None else error.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def refusal(method: str, path: str, meta: Mapping[str, str], error: MinhuError) -> HttpResponse:
    """`answer` for a request that is refused before it is read; ``meta`` are its headers as WSGI names them.

    The words are made once for each form and ask nothing of the database, so that a refusal costs next to nothing.
    """
    request = HttpRequest()
    request.method, request.path = method, path
    request.META = {name: meta[name] for name in ("HTTP_ACCEPT", "HTTP_HX_REQUEST") if name in meta}
    form = "page"
    if path.startswith("/open311/"):
        form = answers.form_of(path, request.headers.get("Accept", ""))
    elif wants_json(request):
        form = "problem"
    kind = (form, error.code, is_for_staff(path))
    known = _refusals.get(kind)
    if known is None:
        made = answer(request, error)
        known = _refusals[kind] = (made.status_code, made["Content-Type"], made.content)
    status, media, body = known
    response = HttpResponse(body, status=status, content_type=media)
    response["Retry-After"] = str(error.retry_after or RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


_refusals: dict[tuple[str, str, bool], tuple[int, str, bytes]] = {}


def _page(request: HttpRequest, error: MinhuError) -> str:
    problem = error.problem()
    # A page for a database that is away, or for a house that is full, must not ask who is signed in.
    if error.status < 500 and error.code != BUSY:
        for template in (f"errors/{error.status}.html", "errors/problem.html"):
            if _exists(template):
                return render_to_string(template, {"problem": problem, "error": error}, request=request)
    elif _exists("errors/unavailable.html"):
        return render_to_string(
            "errors/unavailable.html", {"problem": problem, "for_staff": is_for_staff(request.path)}
        )
    return _PLAIN_PAGE.format(**{key: escape(str(problem[key])) for key in ("title", "detail", "code")})


def is_for_staff(path: str) -> bool:
    """Whether only staff come to an address: told by the address alone, where nobody may be asked who is there."""
    return path != "/" and not path.startswith(_CITIZENS)


def _exists(template: str) -> bool:
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template

    try:
        get_template(template)
    except TemplateDoesNotExist:
        return False
    return True


def unavailable(error: BaseException | None) -> Unavailable | None:
    """The error for a full disk or a database that is away, when `error` (or what caused it) says so."""
    first = error
    while error is not None:
        if _is_full(error) or (isinstance(error, (OperationalError, InterfaceError)) and disk.is_exhausted()):
            return disk.full(first)
        if isinstance(error, (OperationalError, InterfaceError)):
            return Unavailable(
                "系统正在恢复，请稍后重试。您已经提交成功的内容不会丢失；如遇紧急情况，请直接拨打 110、119 或 120。",
                code="database_unavailable",
            )
        error = error.__cause__
    return None


def _is_full(error: BaseException) -> bool:
    """Whether the file system or the database says that there is no room."""
    return getattr(error, "sqlstate", "") == _DISK_FULL or (
        isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: also reached when a middleware could not open its transaction."""
    away = unavailable(sys.exc_info()[1])
    error = away or MinhuError("系统出现异常，请稍后重试；如反复出现，请联系管理员。", code="internal", status=500)
    return answer(request, error)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return answer(request, NotFound("您要查看的页面不存在，或者已经移动。请核对网址。"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return answer(request, MinhuError("您没有查看此内容的权限。", code="not_allowed", status=403))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return answer(request, MinhuError("请求内容有误，请返回检查后重试。", code="bad_request", status=400))
