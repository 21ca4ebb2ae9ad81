"""How an answer is written: XML with a declaration, or JSON; errors are lists of code and description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse

from minhu.kernel.errors import MinhuError

XML, JSON = "xml", "json"
FORMATS: Final = (XML, JSON)
_TYPES: Final = {XML: "text/xml; charset=utf-8", JSON: "application/json; charset=utf-8"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Item = Mapping[str, Any]
CHILDREN: Final = {"endpoints": "endpoint", "formats": "format", "attributes": "attribute", "values": "value"}
"""The name of one entry of a list inside an item."""


def answer(
    form: str, root: str, item: str, found: Iterable[Item], status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A list of items: `<root><item>…</item></root>`, or a JSON array."""
    items = list(found)
    if form == JSON:
        return _response(json.dumps(items, ensure_ascii=False).encode(), JSON, status, headers)
    top = Element(root)
    for one in items:
        _fill(SubElement(top, item), one)
    return _response(_text(top), XML, status, headers)


def single(form: str, root: str, item: Item) -> HttpResponse:
    """One item that stands alone (a service definition, the discovery)."""
    if form == JSON:
        return _response(json.dumps(item, ensure_ascii=False).encode(), JSON, 200, None)
    top = Element(root)
    _fill(top, item)
    return _response(_text(top), XML, 200, None)


def errors(form: str, status: int, texts: Iterable[str], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The body that the standard wants for every error."""
    return answer(form, "errors", "error", [{"code": status, "description": text} for text in texts], status, headers)


def refusal(form: str, error: MinhuError) -> HttpResponse:
    """An error of the house in the standard's form; it knows 400 for every argument that cannot be used."""
    texts = [f"{name}：{text}" for name, text in (error.fields or {}).items()] or [error.message]
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return errors(form, 400 if error.status in (409, 422) else error.status, texts, headers)


def form_of(path: str, accept: str) -> str:
    """The form that an address or, without an ending, the Accept header asks for."""
    json_wanted = path.endswith(".json") or (not path.endswith(".xml") and "json" in accept)
    return JSON if json_wanted else XML


def _fill(parent: Element, item: Item) -> None:
    for name, value in item.items():
        child = SubElement(parent, name)
        if isinstance(value, list):
            for one in value:
                part = SubElement(child, CHILDREN[name])
                if isinstance(one, Mapping):
                    _fill(part, one)
                else:
                    part.text = _word(one)
        else:
            child.text = _word(value)


def _word(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))


def _text(top: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(top, encoding="unicode").encode("utf-8", "replace")


def _response(body: bytes, form: str, status: int, headers: Mapping[str, str] | None) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type=_TYPES[form])
    response["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response[name] = value
    return response
