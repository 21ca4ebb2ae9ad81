"""A mail as it came in bytes, read without trust: who says he wrote it, what he wrote himself, what may be a file.

Nothing in a mail proves its sender: `From` is a claim, and so are results of DKIM and SPF that another server wrote in.
Only those of our own receiving server are read (`checks`), and they are shown to people, never believed by rules. A mail
that a machine wrote says so in one of many ways (RFC 3834, lists, bounces); it is never answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from minhu.kernel.errors import Invalid
from minhu.kernel.patterns import regex

MOST_PARTS: Final = 200
MOST_WORDS: Final = 20_000
MOST_FILES: Final = 9
LONGEST_SUBJECT: Final = 200
MARK: Final = "———— 请在此线以上回复 ————"
"""Stands above what we quote; what is below it in an answer is ours."""
TOKEN: Final = regex(r"mh\.[0-9a-f]{32}\.[0-9a-f]{16}")
"""How the mails of the house are known in answers to them."""
_ADDRESS = regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_MESSAGE_ID = regex(r"<[!-;=?-~]{3,250}>")
_OURS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "utf8": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
}
_MACHINES = regex(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?reply|notifications?)(?:[+=.-].*)?@",
    re.IGNORECASE,
)
_SUBJECTS = regex(
    r"^\s*(?:自动回复|自动答复|auto(?:matic)?[ -]?repl|out of (?:the )?office|undeliver|delivery status|退信|系统退信|read:|已读)",
    re.IGNORECASE,
)
_HISTORY = tuple(
    regex(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        rf"^{MARK}", r"^\s*-{2,}\s*(?:原始邮件|原邮件|转发邮件|回复的原邮件|original(?: message)?|forwarded message)\s*-{2,}",
        r"^.{0,120}\d.{0,120}(?:写道|写到)\s*[:：]\s*$", r"^on .{5,160}wrote\s*:\s*$", r"^_{12,}\s*$",
        r"^\s*(?:发件人|from)\s*[:：].*\n(?:.*\n){0,2}?\s*(?:发送时间|发送日期|日期|收件人|sent|date|to)\s*[:：]",
    )
)  # fmt: skip
_SIGNATURE = regex(r"^-- ?$", re.MULTILINE)
_BREAKS = regex(r"(?i)<br\b[^>]*>|</(?:p|div|tr|li|h[1-6]|table|blockquote)\s*>")
_CHECKS = regex(
    r"\b(dkim|spf|dmarc)\s*=\s*(pass|fail|softfail|neutral|none|temperror|permerror|policy)\b", re.IGNORECASE
)
_LEFT_OUT: Final = {
    "text/calendar": "日程邀请", "application/ms-tnef": "Outlook 专有格式（winmail.dat）", "message/rfc822": "转发的整封邮件",
    "application/pkcs7-signature": "", "application/pgp-signature": "", "message/delivery-status": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A part that calls itself a file; its content is judged at the door of files."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, and what it says of itself."""

    message_id: str
    same: str
    """Digest of sender, words, files and of what is answered: the same mail under another Message-ID."""
    sender: str
    subject: str
    words: str
    """Of the sender's own, without what he quoted."""
    files: tuple[File, ...]
    left_out: tuple[str, ...]
    automatic: str
    """Why nobody wrote it, '' for a person's mail."""
    tokens: tuple[str, ...]
    """What our own mails carry, wherever it came back: in a reference, the subject, what is quoted."""
    checks: tuple[str, ...]
    """What our own receiving server found of the sender, e.g. 'dkim=pass'."""


def read(data: bytes, *, own: str, server: str = "") -> Letter:
    """Read a mail that came to the address ``own``; ``server``: the name by which our receiving server signs its findings.

    Raises Invalid for what has no sender that could be answered or cannot be taken apart.
    """
    try:
        mail = BytesParser(policy=compat32).parsebytes(data)
        parts = list(_leaves(mail))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("邮件结构无法识别。", code="unreadable_mail") from error
    sender = parseaddr(header(mail, "From"))[1].strip().lower()
    if not _ADDRESS.fullmatch(sender):
        raise Invalid("邮件没有可以答复的发件人。", code="no_sender")
    subject = _line(header(mail, "Subject"))[:LONGEST_SUBJECT]
    plain, page, files, left = _sorted(parts)
    words = without_history(plain if plain.strip() else text_of_page(page))[:MOST_WORDS]
    answered = " ".join(_MESSAGE_ID.findall(header(mail, "In-Reply-To")))  # a second 'yes' is no copy of the first
    digest = hashlib.sha256("\0".join((sender, subject, words, answered)).encode())
    for one in files:
        digest.update(hashlib.sha256(one.content).digest())
    ids = _MESSAGE_ID.findall(header(mail, "Message-ID"))
    return Letter(
        ids[0] if ids else "", digest.hexdigest(), sender, subject, words, tuple(files[:MOST_FILES]),
        (*left, *("其余附件" for _ in files[MOST_FILES : MOST_FILES + 1])),
        why_automatic(mail, sender, own), _tokens(mail, plain, page), _checks(mail, server),
    )  # fmt: skip


def why_automatic(mail: Message, sender: str, own: str) -> str:
    """Why a mail is a machine's and gets no answer; '' for a person's (RFC 3834, section 2, and what is usual)."""

    def told(name: str) -> str:
        return header(mail, name).strip().lower()

    if sender == own.lower():
        return "own"
    if told("Auto-Submitted") not in ("", "no"):
        return "auto_submitted"
    if mail.get_content_type() == "multipart/report" or header(mail, "Return-Path").strip() == "<>":
        return "bounce"
    if told("Precedence") in ("bulk", "list", "junk", "auto_reply"):
        return "bulk"
    if any(mail.get(name) for name in ("List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID")):
        return "list"
    if any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Autogenerated")):
        return "auto_reply"
    if _MACHINES.match(sender) or _SUBJECTS.match(header(mail, "Subject")):
        return "machine"
    return "loop" if len(mail.get_all("Received", [])) > 30 else ""


def without_history(text: str) -> str:
    """The sender's own words: quoted history, what stands below our mark and signatures cut off.

    Who answers below the quotation keeps his words: then only quoted lines go.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\xa0", " ")
    at = min((found.start() for one in _HISTORY if (found := one.search(text))), default=len(text))
    kept = _own_lines(text[:at])
    return kept or _own_lines(text)


def text_of_page(page: str) -> str:
    """The visible words of an HTML mail; scripts, styles, hidden parts and quotations of mail programs are left out."""
    if not page.strip():
        return ""
    tree = LexborHTMLParser(_BREAKS.sub(lambda found: f"{found[0]}\n", page[:2_000_000]))
    for node in tree.css(
        "script, style, head, title, template, noscript, object, iframe, .gmail_quote, blockquote, #divRplyFwdMsg, .moz-cite-prefix"
    ):
        node.decompose()
    for node in tree.css("[style]"):
        if re.search(
            r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", node.attributes.get("style") or ""
        ):
            node.decompose()
    body = tree.body
    lines = (body.text() if body is not None else "").split("\n")
    said = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", said).strip()


def header(mail: Message, name: str) -> str:
    """A header in words, whatever its charset says of it."""
    raw = mail.get(name)
    if raw is None:
        return ""
    text = str(raw) if isinstance(raw, str) else _unknown(raw)
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        text = decoded(text.encode("utf-8", "surrogateescape"), "")
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (ValueError, LookupError, TypeError):
        return text
    return "".join(one if isinstance(one, str) else decoded(one, charset or "") for one, charset in parts)


def decoded(data: bytes, charset: str) -> str:
    """Bytes as words: by the charset they name if that works, else by those that are usual here; never an error."""
    named = charset.strip().strip("\"'").lower()
    for one in dict.fromkeys((_OURS.get(named, named), "utf-8", "gb18030", "big5")):
        if one:
            try:
                text = data.decode(one)
                text.encode()  # UTF-7 and escapes bring half characters, which nothing can keep
            except (LookupError, ValueError):
                continue
            return text
    return data.decode("gb18030" if named.startswith("gb") or named in _OURS else "utf-8", "replace")


def _unknown(raw: object) -> str:
    """compat32 gives a Header object for raw bytes outside ASCII."""
    chunks = getattr(raw, "_chunks", [])
    data = b"".join(str(text).encode("utf-8", "surrogateescape") for text, _ in chunks)
    return decoded(data, "")


def _leaves(mail: Message) -> Iterator[Message]:
    """Parts that are not made of parts, in their order; a forwarded mail is one, whatever is in it."""
    waiting, count = [mail], 0
    while waiting:
        part = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            raise Invalid("邮件的部分太多，无法处理。", code="unreadable_mail")
        inner = part.get_payload() if part.is_multipart() and part.get_content_maintype() == "multipart" else None
        if isinstance(inner, list):
            waiting += [one for one in reversed(inner) if isinstance(one, Message)]
        else:
            yield part


def _sorted(parts: list[Message]) -> tuple[str, str, list[File], list[str]]:
    """Plain words, HTML, files, and what was left out; parts within a forwarded mail belong to it."""
    plain, pages, files, left = list[str](), list[str](), list[File](), list[str]()
    for part in parts:
        kind = part.get_content_type()
        name = _line(_name(part))
        if kind in _LEFT_OUT or name.lower() == "winmail.dat":
            word = _LEFT_OUT.get(kind, _LEFT_OUT["application/ms-tnef"])
            left += [word] if word and word not in left else []
            continue
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        if kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
            (plain if kind == "text/plain" else pages).append(decoded(content, _charset(part)))
        elif content and (name or not part.get("Content-ID")):
            files.append(File(name or "附件", content))
    return "\n".join(plain), "\n".join(pages), files, left


def _charset(part: Message) -> str:
    named = part.get_param("charset")
    return named if isinstance(named, str) else ""


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return "附件"
    if "=?" in name:
        try:
            return "".join(x if isinstance(x, str) else decoded(x, c or "") for x, c in decode_header(name))
        except (ValueError, LookupError, TypeError):
            return "附件"
    return decoded(name.encode("utf-8", "surrogateescape"), "")


def _own_lines(text: str) -> str:
    lines = [line.rstrip() for line in text.split("\n") if not line.lstrip().startswith(">")]
    kept = "\n".join(lines).strip()
    signed = _SIGNATURE.search(kept)
    return re.sub(r"\n{3,}", "\n\n", kept[: signed.start()] if signed else kept).strip()


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _tokens(mail: Message, *texts: str) -> tuple[str, ...]:
    heads = (header(mail, name)[-8000:] for name in ("In-Reply-To", "References", "Subject"))
    return tuple(dict.fromkeys(one for text in (*heads, *texts) for one in TOKEN.findall(text)))[:20]


def _checks(mail: Message, server: str) -> tuple[str, ...]:
    found: list[str] = []
    for value in mail.get_all("Authentication-Results", []) if server else ():
        text = str(value)
        if text.split(";", 1)[0].strip().split(" ")[0].lower() == server.lower():
            found += [f"{name.lower()}={result.lower()}" for name, result in _CHECKS.findall(text)]
    return tuple(dict.fromkeys(found))[:6]
