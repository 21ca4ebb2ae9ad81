"""The categories as Open311 services: the leaves of the published tree, or the level that the city chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict

from minhu.directory.queries import crosswalks
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code, current
from minhu.directory.types import CategoryInfo, RequestType
from minhu.engines.secrets import blind_index
from minhu.intake.types import Channel, NewRequest
from minhu.kernel.errors import Invalid, NotFound
from minhu.portals.open311 import reading

Attribute = dict[str, Any]
_TYPES: Final = {kind.value: kind.said for kind in RequestType}
_YES_NO: Final = {"true": "是", "false": "否"}


def _attribute(code: str, datatype: str, order: int, words: str, values: Mapping[str, str] | None = None) -> Attribute:
    return {
        "variable": True, "code": code, "datatype": datatype, "required": False, "datatype_description": None,
        "order": order, "description": words,
        "values": [{"key": key, "name": name} for key, name in (values or {}).items()],
    }  # fmt: skip


ATTRIBUTES: Final = (
    _attribute("TYPE", "singlevaluelist", 1, "诉求类型", _TYPES),
    _attribute("HAPPENED_AT", "datetime", 2, "事情发生的时间"),
    _attribute("CONFIDENTIAL", "singlevaluelist", 3, "请求对承办单位保密个人信息", _YES_NO),
    _attribute("CALLBACK", "singlevaluelist", 4, "办结后是否需要回访", _YES_NO),
)
"""What every service asks beyond the standard's own arguments; nothing of it is required."""


def listed() -> list[CategoryInfo]:
    """The categories that are services."""
    level = settings.OPEN311_LEVEL
    active = [node for node in current().nodes if node.active]
    if not level:
        return [node for node in active if node.is_leaf]
    return [node for node in active if node.level == level or (node.is_leaf and node.level < level)]


def of_code(code: str) -> CategoryInfo:
    """The service with a code; raises NotFound."""
    found = category_by_code(code) or crosswalks.translated(code)
    if found is None or not found.active or found not in listed():
        raise NotFound(f"没有代码为“{code[:60]}”的服务。")
    return found


def service(node: CategoryInfo) -> dict[str, Any]:
    """One entry of the list of services."""
    return {
        "service_code": node.code, "service_name": node.name, "description": node.description or node.full_name,
        "metadata": True, "type": "realtime", "keywords": ",".join(node.keywords),
        "group": node.path_names[-2] if len(node.path_names) > 1 else node.name,
    }  # fmt: skip


def definition(node: CategoryInfo) -> dict[str, Any]:
    """The attributes of a service."""
    return {"service_code": node.code, "attributes": [dict(one) for one in ATTRIBUTES]}


def new_request(fields: QueryDict, key: str) -> tuple[NewRequest, CategoryInfo]:
    """A report as the house's own type; raises Invalid and NotFound. Personal values go to sealed fields only."""
    given = {name: (fields.get(name) or "").strip() for name in ("service_code", *_PLAIN)}
    if not given["service_code"]:
        raise Invalid("缺少 service_code。")
    node = of_code(given["service_code"])
    latitude, longitude = reading.degrees(fields)
    place = _place(given)
    if latitude is None and not place:
        raise Invalid("请给出 lat 和 long、address_string、address_id 三者之一。")
    attributes = _attributes(fields)
    words = given["description"] or f"{node.name}（通过开放接口上报，未附文字说明）"
    picture = reading.media_url(given["media_url"])
    return NewRequest(
        text=words, channel=Channel.API, request_type=attributes.get("TYPE", ""), place_text=place, latitude=latitude,
        longitude=longitude, happened_at=_happened(attributes), requester_name=_name(given),
        requester_phone=given["phone"], requester_address=f"电子邮箱 {given['email']}" if given["email"] else "",
        confidential=attributes.get("CONFIDENTIAL") == "true", wants_callback=attributes.get("CALLBACK") != "false",
        idempotency_key=key, source=_source(given, node, picture),
    ), node  # fmt: skip


_PLAIN = (
    "address_string", "address_id", "email", "device_id", "account_id", "first_name", "last_name", "phone",
    "description", "media_url",
)  # fmt: skip


def _source(given: Mapping[str, str], node: CategoryInfo, picture: str) -> dict[str, Any]:
    """What has no field of its own; ids of people and devices only as marks that cannot be turned back."""
    source: dict[str, Any] = {"interface": "open311", "service_code": node.code}
    if picture:
        source["media_url"] = picture
    for name in ("device_id", "account_id"):
        if given[name]:
            source[f"{name}_mark"] = blind_index(given[name], f"open311 {name}").hex()
    return source


def _place(given: Mapping[str, str]) -> str:
    if not given["address_id"]:
        return given["address_string"]
    area = area_info(given["address_id"])
    if area is None:
        raise Invalid("address_id 应为本地区划代码，请用 /api/v1/areas 查询。")
    return f"{area.full_name}{given['address_string']}"


def _name(given: Mapping[str, str]) -> str:
    """Chinese names are written family name first and in one word."""
    first, last = given["first_name"], given["last_name"]
    return f"{first} {last}".strip() if f"{first}{last}".isascii() else f"{last}{first}"


def _attributes(fields: QueryDict) -> dict[str, str]:
    known = {attribute["code"]: attribute for attribute in ATTRIBUTES}
    found: dict[str, str] = {}
    for name in fields:
        if not name.startswith("attribute["):
            continue
        code = name.removeprefix("attribute[").removesuffix("]").removesuffix("][").upper()
        attribute = known.get(code)
        if attribute is None:
            raise Invalid(f"没有代码为“{code[:60]}”的属性（attribute），请先查询服务定义。")
        value = (fields.get(name) or "").strip()
        keys = [one["key"] for one in attribute["values"]]
        if value and keys and value not in keys:
            raise Invalid(f"属性 {code} 的值应为 {'、'.join(keys)} 之一。")
        found[code] = value
    return found


def _happened(attributes: Mapping[str, str]) -> datetime | None:
    text = attributes.get("HAPPENED_AT", "")
    return reading.moment(text, "属性 HAPPENED_AT ") if text else None
