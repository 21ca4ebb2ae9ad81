"""One root for every error that a person may see: a code, a Chinese message and an HTTP status."""

from collections.abc import Mapping
from typing import Any, ClassVar


class MinhuError(Exception):
    """Something the caller must know. `message` is Chinese and says what to do.

    `code` is a stable lower-case word for programs, `fields` maps names of form fields to messages,
    `retry_after` are the seconds after which it may be tried again.
    """

    default_code: ClassVar[str] = "error"
    default_status: ClassVar[int] = 400
    title: ClassVar[str] = "请求无法处理"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.status = status or self.default_status
        self.retry_after = retry_after
        self.fields: dict[str, str] | None = dict(fields) if fields is not None else None

    def problem(self) -> dict[str, Any]:
        """Return the problem details object of RFC 9457 (with `code`, and `errors` for fields)."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
        }
        if self.fields:
            body["errors"] = [{"field": name, "detail": text} for name, text in self.fields.items()]
        return body


class NotFound(MinhuError):
    """The thing does not exist, or the actor may not know that it does."""

    default_code = "not_found"
    default_status = 404
    title = "没有找到"


class NotAllowed(MinhuError):
    """The actor may not do this."""

    default_code = "not_allowed"
    default_status = 403
    title = "没有权限"


class Conflict(MinhuError):
    """Someone else changed the thing first (stale version), or its state forbids the step."""

    default_code = "conflict"
    default_status = 409
    title = "内容已发生变化"


class Invalid(MinhuError):
    """What was entered cannot be used; `fields` says where."""

    default_code = "invalid"
    default_status = 422
    title = "填写有误"


class TooMany(MinhuError):
    """Too many attempts in a short time; nothing was lost."""

    default_code = "too_many"
    default_status = 429
    title = "操作过于频繁"


class Unavailable(MinhuError):
    """Something the platform needs (database, disk, keys) does not work now; try again later."""

    default_code = "unavailable"
    default_status = 503
    title = "服务暂不可用"
