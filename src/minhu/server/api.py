"""The JSON API under `/api/v1/`: rooms bring routers, errors are problem details (RFC 9457)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.server.problems import answer

PACKAGE = Path(__file__).resolve().parent.parent

api = NinjaAPI(
    title="Minhu 民呼",
    version="1",
    description="Requests and orders of a government service hotline. Errors are problem details (RFC 9457).",
    urls_namespace="api",
    docs_url=None,
)


@api.exception_handler(MinhuError)
def _known(request: HttpRequest, error: MinhuError) -> HttpResponse:
    return answer(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in item["loc"][1:]) or "body": str(item["msg"]) for item in error.errors}
    return answer(request, Invalid("请求内容不符合要求，请按 errors 中的说明修改。", fields=fields))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(request, NotFound("没有找到所请求的内容。"))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = answer(request, MinhuError("缺少有效的访问令牌。", code="unauthenticated", status=401))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(request, MinhuError(error.message, code="refused", status=error.status_code))


# operations that `ProgramMiddleware` calls without the framework, by whole path
direct: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {}

# A room joins by having an `api.py` with a `router`; its paths start where the room says.
for _file in sorted(PACKAGE.glob("*/api.py")):
    if _file.parent.name != "server":
        _room = importlib.import_module(f"minhu.{_file.parent.name}.api")
        api.add_router("", _room.router)
        direct |= {f"/api/v1{path}": operation for path, operation in getattr(_room, "DIRECT", {}).items()}
