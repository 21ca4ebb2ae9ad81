"""What partners may send, parsed once into types; whatever does not fit is named field by field."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from minhu.kernel.errors import Invalid, MinhuError

MOST_BYTES: Final = 256 * 1024
MOST_NAMED: Final = 60
"""Files that one message may name; how many of them are taken is decided one by one."""
Identity = Annotated[str, Field(min_length=8, max_length=64)]
Number = Annotated[str, Field(min_length=8, max_length=24, pattern=r"^[0-9-]+$")]
Words = Annotated[str, Field(min_length=2, max_length=2000)]
_WORDS: Final = {
    "missing": "必须填写。", "string_type": "应为文字。", "bool_type": "应为 true 或 false。",
    "string_too_long": "内容过长。", "string_too_short": "内容过短。", "string_pattern_mismatch": "格式不正确。",
    "dict_type": "应为对象。", "model_type": "应为对象。", "literal_error": "不是可用的值。", "int_type": "应为整数。", "too_long": "数量过多。", "tuple_type": "应为列表。",
    "int_parsing": "应为整数。",
}  # fmt: skip


class Form(BaseModel):
    """Further fields are ignored, as the standard asks; types are not converted."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class Envelope(Form):
    """Every message: its kind and what it is about."""

    type: Annotated[str, Field(min_length=1, max_length=32)]
    timestamp: str = ""
    data: dict[str, Any]


class Signed(Form):
    """`order.signed`: the unit has taken the order on."""

    number: Number


class Contacted(Form):
    """`order.contacted`: the unit has spoken with the citizen."""

    number: Number
    text: Words
    result: Literal["reached", "no_answer", "refused", "wrong_number"] = "reached"


class Progress(Form):
    """`order.progress`: what happened since, for the staff."""

    number: Number
    text: Words


class Replied(Form):
    """`order.replied`: the unit's result, which somebody reads before the citizen does."""

    number: Number
    reply: Annotated[str, Field(min_length=2, max_length=20_000)]
    measures: Annotated[str, Field(max_length=20_000)] = ""
    solved: bool
    not_solved_reason: Annotated[str, Field(max_length=255)] = ""
    legal_basis: Annotated[str, Field(max_length=255)] = ""
    text: Annotated[str, Field(max_length=2000)] = ""


class NamedFile(Form):
    """A file that will follow in a message of its own: how it is called, its bytes, the SHA-256 of its content."""

    file: Identity
    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=0, lt=2**53)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


Files = Annotated[tuple[NamedFile, ...], Field(max_length=MOST_NAMED), Strict(strict=False)]


class Offered(Form):
    """`transfer.offered`: another hotline hands an order over. Personal values only where the agreement allows them."""

    transfer: Identity
    number: Number
    title: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(min_length=5, max_length=20_000)]
    request_type: Annotated[str, Field(max_length=16)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str, Field(max_length=255)] = ""
    """The path of names in the other hotline's own tree."""
    name: Annotated[str, Field(max_length=50)] = ""
    phone: Annotated[str, Field(max_length=32)] = ""
    confidential: bool = False
    wants_callback: bool = True
    files: Files = ()


class Answered(Form):
    """`transfer.taken`, `transfer.refused`, `transfer.progress`: how it goes there."""

    transfer: Identity
    number: Annotated[str, Field(max_length=64)] = ""
    taken_by: Annotated[str, Field(max_length=64)] = ""
    text: Annotated[str, Field(max_length=2000)] = ""


class Done(Form):
    """`transfer.done`: the result that the other hotline told the citizen."""

    transfer: Identity
    reply: Annotated[str, Field(min_length=2, max_length=20_000)]
    solved: bool | None = None
    files: Files = ()


class Supplemented(Form):
    """`transfer.supplemented`: the citizen added words or files at the hotline that handed the order over."""

    transfer: Identity
    item: Identity
    text: Annotated[str, Field(min_length=2, max_length=5_000)]
    files: Files = ()


class Withdrawn(Form):
    """`transfer.withdrawn`: the citizen took the request back there."""

    transfer: Identity
    item: Identity
    text: Annotated[str, Field(max_length=2000)] = ""


class FileBrought(Form):
    """`transfer.file`: one named file with its content in base64; empty where the sender has it no longer."""

    transfer: Identity
    file: Identity
    content: str = ""


class TextReceipt(Form):
    """`sms.receipt`: what became of a text message; ``id`` is the one that we gave it."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$")]
    state: Literal["delivered", "failed"]


class TextReceived(Form):
    """`sms.received`: a citizen wrote; ``id`` is the carrier's own number of the message."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
    sender: Annotated[str, Field(alias="from", min_length=5, max_length=20)]
    text: Annotated[str, Field(max_length=5_000)]


F = TypeVar("F", bound=Form)


def too_large() -> MinhuError:
    """The error for a message that is longer than may come from there now."""
    return MinhuError("消息不能超过 256 KB；附件须先在转办消息中列出，再逐个发送。", code="too_large", status=413)


def envelope(body: bytes, most: int = MOST_BYTES) -> Envelope:
    """The outer form of a message; raises MinhuError 400 for what is no JSON object, 413 above ``most`` bytes."""
    if len(body) > most:
        raise too_large()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MinhuError("消息不是有效的 JSON，请用 UTF-8 编码。", code="bad_json") from error
    return parsed(Envelope, content)


def parsed(form: type[F], content: object) -> F:
    """``content`` as a form; raises Invalid naming the fields."""
    try:
        return form.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:20]
        fields = {
            ".".join(map(str, item["loc"]))[:60] or "body": _WORDS.get(item["type"], "格式不正确。") for item in found
        }
        raise Invalid("消息内容不符合约定，请按 errors 中的说明修改。", fields=fields) from error
