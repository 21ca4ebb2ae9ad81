"""What a client sends, parsed once: jurisdiction, key, times, filters, the attributes of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from minhu.directory.services.tokens import check_token
from minhu.directory.types import TokenInfo
from minhu.exchange.services.published import Wanted
from minhu.intake import services as intake
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.kernel.numbers import normalise_number

SCOPE: Final = "open311"
LONGEST_SPAN: Final = timedelta(days=90)
MOST_IDS: Final = 1000
LONGEST_MEDIA_URL: Final = 2000
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_NUMBER = re.compile(r"[0-9-]{1,20}")
_STATUS: Final = {"open": True, "closed": False}
_NO_FILES: Final = "接口不接收文件，请用 media_url 给出附图地址。"


def check_jurisdiction(given: str | None) -> None:
    """Raise NotFound for another city's id; a server of one city may be asked without it."""
    own = settings.OPEN311_JURISDICTION
    if given and own and given != own:
        raise NotFound(f"没有编号为“{given[:60]}”的 jurisdiction_id，本接口为 {own}。")


def form_of(request: HttpRequest) -> QueryDict:
    """The fields of a POST; raises MinhuError for another media type, files, or a body that cannot be read."""
    if (request.content_type or "").lower() not in _FORMS:
        raise Invalid("正文应为表单编码（application/x-www-form-urlencoded 或 multipart/form-data）。")
    try:
        fields, files = request.POST, request.FILES
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise MinhuError("请求内容过大。", code="too_large", status=413) from error
    except (MultiPartParserError, UnreadablePostError, UnicodeError, LookupError, ValueError) as error:
        raise Invalid("请求正文不完整或编码不正确，请用 UTF-8 表单编码。") from error
    if files:
        raise Invalid(_NO_FILES)
    return fields


def key_of(request: HttpRequest, given: str, *, needed: bool) -> TokenInfo | None:
    """The token behind ``api_key`` (or a bearer header); raises NotAllowed 401 or 403, TooMany 429."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    plain = given or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not plain:
        if needed:
            raise MinhuError("缺少 api_key，请向热线中心申请。", code="key_missing", status=401)
        return None
    token = check_token(plain, SCOPE)
    request.rate = intake.spend(token.id, token.per_minute)  # type: ignore[attr-defined]
    return token


def moment(text: str, name: str) -> datetime:
    """A time in the W3C form with its zone; raises Invalid."""
    fixed = re.sub(r" (?=\d\d:\d\d$)", "+", text.strip())  # '+' in an address arrives as a space
    try:
        found = datetime.fromisoformat(fixed)
        if found.tzinfo is not None and 1900 < found.year < 2200:
            return found
    except ValueError:
        pass
    raise Invalid(f"{name} 应为带时区的时间，如 2026-03-01T08:30:00+08:00。")


def wanted(fields: Mapping[str, str], token: TokenInfo | None) -> Wanted:
    """The filters of a list: numbers override everything else; a span is at most 90 days."""
    token_id = token.id if token else None
    if numbers := _list(fields.get("service_request_id", "")):
        if len(numbers) > MOST_IDS:
            raise Invalid(f"一次最多查询 {MOST_IDS} 个 service_request_id。")
        known = tuple(number for number in map(normalise_number, numbers) if _NUMBER.fullmatch(number))
        return Wanted(numbers=known or ("-",), token_id=token_id)
    start, end = _span(fields.get("start_date", ""), fields.get("end_date", ""))
    states = {word.lower() for word in _list(fields.get("status", ""))}
    if states - set(_STATUS):
        raise Invalid("status 应为 open、closed，或两者用逗号分开。")
    chosen = _STATUS[states.pop()] if len(states) == 1 else None
    codes = tuple(code for code in _list(fields.get("service_code", "")) if "\0" not in code)
    return Wanted(codes=codes[:200], start=start, end=end, open=chosen, token_id=token_id)


def media_url(text: str) -> str:
    """The address of a picture, kept as words and never fetched; raises Invalid unless it is plain http(s)."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise Invalid("media_url 不是有效的网址。") from error
    plain = len(text) <= LONGEST_MEDIA_URL and text.isprintable() and " " not in text
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Invalid("media_url 应为 http 或 https 网址，不带用户名和密码。")
    return text


def degrees(fields: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Latitude and longitude, both or none; raises Invalid. Ranges are checked where all requests are."""
    latitude, longitude = fields.get("lat", "").strip(), fields.get("long", "").strip()
    if not latitude and not longitude:
        return None, None
    try:
        return float(latitude), float(longitude)
    except ValueError as error:
        raise Invalid("lat 和 long 应同时给出，为十进制度数。") from error


def _list(text: str) -> Sequence[str]:
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def _span(start_text: str, end_text: str) -> tuple[datetime, datetime]:
    start = moment(start_text, "start_date") if start_text.strip() else None
    end = moment(end_text, "end_date") if end_text.strip() else None
    if start is None:
        end = end or now()
        start = end - LONGEST_SPAN
    elif end is None:
        end = start + LONGEST_SPAN
    if end < start:
        raise Invalid("end_date 早于 start_date。")
    if end - start > LONGEST_SPAN:
        raise Invalid("start_date 与 end_date 相差不能超过 90 天，请分段查询。")
    return start, end
