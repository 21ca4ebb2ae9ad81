"""What came through the door is checked once, here; the inside trusts it.

Words stay as they came (HTML and script are text like any other); only control characters go.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from minhu.directory.types import RequestType
from minhu.intake.domain.people import identity_problem, phone_problem
from minhu.intake.domain.words import clean, clean_json, clean_line, plain
from minhu.intake.types import MAX_FILE_BYTES, MAX_FILES, MAX_TEXT, MIN_TEXT, NewRequest, UploadedFile
from minhu.kernel.errors import Invalid

BEIJING = timezone(timedelta(hours=8))
MAX_SOURCE_BYTES = 32 * 1024
_LENGTHS = {
    "title": (100, "标题"),
    "place_text": (200, "地点"),
    "requester_name": (50, "姓名"),
    "requester_address": (200, "联系地址"),
    "request_type": (16, "诉求类型"),
    "requester_kind": (12, "诉求人类别"),
    "special_group": (16, "特殊群体"),
    "language": (12, "语言"),
    "call_id": (64, "通话编号"),
    "external_id": (100, "外部编号"),
    "line": (32, "业务线"),
}
TYPES = frozenset({"", *RequestType})
KINDS = frozenset({"person", "enterprise", "organisation"})
_KEY = re.compile(r"[\x21-\x7e]{1,64}")


def checked(new: NewRequest, now: datetime) -> NewRequest:
    """Return `new` cleaned; raises Invalid naming every field that cannot be used, all at once."""
    problems: dict[str, str] = {}
    lines = {name: clean_line(getattr(new, name)) for name in _LENGTHS}
    for name, (most, label) in _LENGTHS.items():
        if len(lines[name]) > most:
            problems[name] = f"{label}不能超过 {most} 个字，现在是 {len(lines[name])} 个字。"
    text = clean(new.text)
    if len(text) < MIN_TEXT:
        problems["text"] = f"请把情况写清楚一些，至少 {MIN_TEXT} 个字。"
    elif len(text) > MAX_TEXT:
        problems["text"] = f"诉求内容不能超过 {MAX_TEXT} 个字，现在是 {len(text)} 个字，请精简后提交。"
    if lines["request_type"] not in TYPES:
        problems["request_type"] = "诉求类型应为咨询、求助、投诉、举报、建议、表扬之一。"
    if lines["requester_kind"] not in KINDS:
        problems["requester_kind"] = "诉求人类别应为个人或企业。"
    phones = {name: plain(getattr(new, name)) for name in ("requester_phone", "requester_phone2")}
    for name, value in phones.items():
        if value and (problem := phone_problem(value)):
            problems[name] = problem
    identity = plain(new.requester_id_number).replace(" ", "").upper()
    if identity and (problem := identity_problem(identity, now.astimezone(BEIJING).date())):
        problems["requester_id_number"] = problem
    problems |= _place_problems(new) | file_problems(new.files)
    happened = _moment(new.happened_at, now, problems)
    key = new.idempotency_key.strip()
    if key and not _KEY.fullmatch(key):
        problems["idempotency_key"] = "幂等键应为 1 至 64 个可见的英文字符或数字。"
    source = _source(new, problems)
    if problems:
        raise Invalid("填写的内容有误，请按提示修改后重新提交。", fields=problems)
    values: dict[str, Any] = {**lines, **phones, "text": text, "requester_id_number": identity}
    values |= {"happened_at": happened, "idempotency_key": key, "source": source}
    changed = {name: value for name, value in values.items() if getattr(new, name) != value}
    return replace(new, **changed) if changed else new


def content_digest(new: NewRequest) -> str:
    """SHA-256 of the words as received, to tell a replay from another request under the same key."""
    words = "\x1f".join((new.title, new.text, new.place_text, new.requester_phone, new.request_type))
    return hashlib.sha256(words.encode()).hexdigest()


def checked_words(text: str, *, most: int = 5_000, least: int = 2) -> str:
    """Clean words added later (supplement, reason); raises Invalid when too short or too long."""
    words = clean(text)
    if not least <= len(words) <= most:
        raise Invalid(f"请填写 {least} 至 {most} 个字的内容。", fields={"text": f"现在是 {len(words)} 个字。"})
    return words


def _place_problems(new: NewRequest) -> dict[str, str]:
    latitude, longitude = new.latitude, new.longitude
    if latitude is None and longitude is None:
        return {}
    if latitude is None or longitude is None:
        return {"latitude": "经度和纬度要同时填写。"}
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return {"latitude": "经纬度超出范围：纬度 -90 至 90，经度 -180 至 180。"}
    return {}


def file_problems(files: tuple[UploadedFile, ...]) -> dict[str, str]:
    """Too many, empty or too large files, by the field name `files`; their content is judged when they are kept."""
    if len(files) > MAX_FILES:
        return {"files": f"最多上传 {MAX_FILES} 个文件，现在是 {len(files)} 个。"}
    for file in files:
        name = clean_line(file.name)[:60] or "未命名文件"
        if not file.content:
            return {"files": f"“{name}”是空文件，请重新选择。"}
        if len(file.content) > MAX_FILE_BYTES:
            return {"files": f"“{name}”超过 {MAX_FILE_BYTES // 1024 // 1024} MB，请压缩后再上传。"}
    return {}


def _moment(moment: datetime | None, now: datetime, problems: dict[str, str]) -> datetime | None:
    """A moment without a zone is Beijing time."""
    if moment is None:
        return None
    try:
        aware = (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(UTC)
    except (ValueError, OverflowError):
        problems["happened_at"] = "发生时间不正确，请按“年-月-日 时:分”填写。"
        return None
    if aware.year < 1949:
        problems["happened_at"] = "发生时间过早，请核对年份。"
    elif aware > now + timedelta(days=1):
        problems["happened_at"] = "发生时间在将来，请核对日期。"
    return aware


def _source(new: NewRequest, problems: dict[str, str]) -> dict[str, object]:
    try:
        source = clean_json(dict(new.source))
        size = len(json.dumps(source, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError):
        problems["source"] = "附加信息嵌套过深或格式不正确。"
        return {}
    if size > MAX_SOURCE_BYTES:
        problems["source"] = f"附加信息不能超过 {MAX_SOURCE_BYTES // 1024} KB。"
    return source if isinstance(source, dict) else {}
