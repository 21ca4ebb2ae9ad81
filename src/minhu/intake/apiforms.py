"""What the JSON API takes in, parsed once into the house's types, with problems in Chinese."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from minhu.directory.types import RequestType
from minhu.intake.types import MAX_FILE_BYTES, MAX_FILES, Channel, NewRequest, UploadedFile
from minhu.kernel.errors import Invalid, MinhuError

_TYPES: Final = {kind.said: kind.value for kind in RequestType}
_WORDS: Final = {
    "missing": "必须填写。",
    "extra_forbidden": "不认识的字段，请核对字段名。",
    "string_type": "应为文字。",
    "bool_type": "应为 true 或 false。",
    "bool_parsing": "应为 true 或 false。",
    "float_type": "应为数字。",
    "float_parsing": "应为数字。",
    "finite_number": "应为有限的数字。",
    "dict_type": "应为对象。",
    "model_type": "请求正文应为一个 JSON 对象。",
    "model_attributes_type": "请求正文应为一个 JSON 对象。",
}
_TIME: Final = "时间格式应为 2026-03-01T08:30:00+08:00。"
_JSON: Final = "请求正文不是有效的 JSON，请用 UTF-8 编码并检查格式。"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class NewRequestForm(_Form):
    """A new request. Only `text` is required; an unknown field is an error."""

    text: Annotated[str, Field(description="诉求内容，5 至 20000 字")]
    title: Annotated[str, Field(description="标题，可空，系统会自动拟定")] = ""
    type: Annotated[str, Field(description="consultation、help、complaint、report、suggestion、praise 或对应中文")] = ""
    place: Annotated[str, Field(description="事发地点")] = ""
    latitude: float | None = None
    longitude: float | None = None
    happened_at: Annotated[datetime | None, Field(description="发生时间，无时区时按北京时间")] = None
    name: str = ""
    phone: str = ""
    phone2: str = ""
    id_number: str = ""
    address: str = ""
    kind: Annotated[str, Field(description="person、enterprise 或 organisation")] = "person"
    special_group: str = ""
    confidential: Annotated[bool, Field(description="是否保密")] = False
    wants_callback: Annotated[bool, Field(description="是否需要回访")] = True
    language: str = "zh"
    external_id: Annotated[str, Field(description="来源系统中的编号")] = ""
    source: Annotated[dict[str, Any], Field(description="来源系统的其他字段")] = {}

    def new_request(self, key: str, files: tuple[UploadedFile, ...]) -> NewRequest:
        """The house's own type; judged by `domain.validation`."""
        return NewRequest(
            text=self.text, title=self.title, channel=Channel.API, request_type=_TYPES.get(self.type, self.type),
            place_text=self.place, latitude=self.latitude, longitude=self.longitude, happened_at=self.happened_at,
            requester_name=self.name, requester_phone=self.phone, requester_phone2=self.phone2,
            requester_id_number=self.id_number, requester_address=self.address, requester_kind=self.kind,
            special_group=self.special_group, confidential=self.confidential, wants_callback=self.wants_callback,
            language=self.language, external_id=self.external_id, idempotency_key=key, source=self.source, files=files,
        )  # fmt: skip


class SupplementForm(_Form):
    """Words to add to a request."""

    text: Annotated[str, Field(description="补充内容，2 至 5000 字")]
    code: Annotated[str, Field(description="查询码；本令牌提交的诉求可不填")] = ""


FORM_NAMES: Final = {
    "request_type": "type", "place_text": "place", "requester_name": "name", "requester_phone": "phone",
    "requester_phone2": "phone2", "requester_id_number": "id_number", "requester_address": "address",
    "requester_kind": "kind", "idempotency_key": "Idempotency-Key",
}  # fmt: skip


def body_of(request: HttpRequest) -> tuple[bytes, tuple[UploadedFile, ...]]:
    """The JSON bytes and the files of a request: `application/json`, or `multipart/form-data` with a part `request`.

    Raises MinhuError: 413 too large, 415 another media type, 400 a broken body.
    """
    media_type = (request.content_type or "").lower()
    try:
        if media_type == "application/json" or media_type.endswith("+json"):
            return request.body, ()
        if media_type == "multipart/form-data":
            text = request.POST.get("request", "")
            uploads = request.FILES.getlist("files")
    except (RequestDataTooBig, TooManyFilesSent) as error:
        raise MinhuError("请求内容过大，请缩短正文或减少附件。", code="too_large", status=413) from error
    except (MultiPartParserError, UnreadablePostError, UnicodeError, ValueError) as error:
        raise MinhuError("请求正文不完整或格式不正确，请重新提交。", code="bad_body") from error
    if media_type != "multipart/form-data":
        message = "请用 application/json，带附件时用 multipart/form-data（request 部分为 JSON，files 部分为文件）。"
        raise MinhuError(message, code="unsupported_media_type", status=415)
    if len(uploads) > MAX_FILES:
        raise Invalid(f"最多上传 {MAX_FILES} 个文件。", fields={"files": f"现在是 {len(uploads)} 个。"})
    # one byte more than allowed is enough to be refused, whatever the part claims to be
    files = tuple(UploadedFile(one.name or "", one.read(MAX_FILE_BYTES + 1)) for one in uploads)
    return text.encode("utf-8", "replace"), files


def parse_new(body: bytes, key: str, files: tuple[UploadedFile, ...]) -> NewRequest:
    """A NewRequest from JSON bytes; raises MinhuError 400 for what is no JSON, Invalid naming the fields."""
    try:
        return NewRequestForm.model_validate_json(body).new_request(key, files)
    except ValidationError as error:
        raise _problem(error) from error


def parse_supplement(body: bytes) -> SupplementForm:
    """A supplement from JSON bytes (errors as `parse_new`)."""
    try:
        return SupplementForm.model_validate_json(body)
    except ValidationError as error:
        raise _problem(error) from error


def in_form_names(error: Invalid) -> Invalid:
    """The same error with the field names of this API."""
    fields = {FORM_NAMES.get(name, name): text for name, text in (error.fields or {}).items()}
    return Invalid(error.message, code=error.code, fields=fields)


def _problem(error: ValidationError) -> MinhuError:
    found = error.errors(include_url=False, include_context=False, include_input=False)[:20]
    if any(item["type"] == "json_invalid" for item in found):
        return MinhuError(_JSON, code="bad_json")
    fields = {}
    for item in found:
        name = ".".join(str(part) for part in item["loc"])[:60] or "body"
        kind = item["type"]
        fields[name] = _TIME if kind.startswith(("datetime", "timezone")) else _WORDS.get(kind, "格式不正确。")
    return Invalid("请求内容不符合要求，请按 errors 中的说明修改。", fields=fields)
