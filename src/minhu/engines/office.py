"""DOCX and XLSX that may be kept: only parts that documents are made of, nothing that runs, calls out or declares entities."""

import io
import re
import zipfile
from typing import BinaryIO, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from minhu.engines import archives
from minhu.engines.archives import BOMB, DAMAGED, UNSAFE
from minhu.kernel.errors import Invalid

MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_MARKUP: Final = 96 * 1024 * 1024
MAX_RELATIONS: Final = 4 * 1024 * 1024
_MAIN: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_MARKUP: Final = (".xml", ".rels", ".vml", ".svg")
_OTHER_PARTS: Final = (
    ".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".wdp", ".ico", ".webp",
    ".odttf", ".fntdata", ".ttf", ".sigs", "/",
)  # fmt: skip
_FORBIDDEN_FOLDERS: Final = ("activex", "macrosheets", "dialogsheets", "customui", "afchunk", "vbaproject")
_MARKS: Final = (
    b"<!doctype", b"<!entity", b"<script", b"javascript:", b"ddelink", b"macroenabled", b"vbaproject", b"macrosheet",
)  # fmt: skip
_CALLS: Final = (b"call(", b"register(", b"register.id(", b"exec(", b"rtd(", b"webservice(", b"|'", b"|&apos;")
_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?f\b[^>]{0,200}>[^<]{0,8192}?(?:\b(?:call|register|register\.id|exec|rtd|webservice)\(|\w\|(?:'|&apos;))"
)
_INSTRUCTION: Final = re.compile(
    rb"<(?:\w+:)?instrtext\b[^>]{0,200}>([^<]{0,8192})|\binstr\s*=\s*[\"']([^\"']{0,8192})"
)
_HOST: Final = (
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}"
    r"(?!(?:local|localhost|localdomain|internal|intranet|lan|home|corp|private|arpa)(?:[/?#]|$))[a-z][a-z0-9-]{0,61}[a-z0-9](?=[/?#]|$|[\s\"&])"
)
"""A web address by a public name: no number, port, account or name of a network inside the house."""
_PICTURE: Final = re.compile(_HOST, re.IGNORECASE)
_BEFORE_ADDRESS: Final = rb"\s+(?:\\[a-z*]\s+)*(?:&quot;|\"|\\)*\s*"
_FIELD: Final = re.compile(
    rb"\bdde(?:auto)?\b|includetext" + _BEFORE_ADDRESS + rb"(?:https?:|ftp:|file:|\\\\)"
    rb"|includepicture" + _BEFORE_ADDRESS + rb"(?:ftp:|file:|\\\\|(?=https?:)(?!" + _HOST.encode() + rb"))"
)  # fmt: skip
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.\-]{1,40})")
_ENCODINGS: Final = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"gb2312", b"gbk", b"gb18030")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_LINKS: Final = frozenset({"http", "https", "mailto", "tel", "ftp"})
_LOCAL_FILE: Final = re.compile(r"file:///[a-z](?::|%3a|\|)", re.IGNORECASE)
_NEVER: Final = (
    "/afchunk",
    "/vbaproject",
    "/xlmacrosheet",
    "/xlintlmacrosheet",
    "/dialogsheet",
    "/control",
    "/oleobject",
)


def check(file: BinaryIO, depth: int = 0) -> str:
    """Return 'docx', 'xlsx' or '' (another archive) after reading every part; raises Invalid."""
    archives.count_entries(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archives.checked_members(archive, MAX_UNPACKED)
            names = {member.filename for member in members}
            kind = next((kind for kind, main in _MAIN.items() if {main, "[Content_Types].xml"} <= names), "")
            if not kind:
                return ""
            if sum(m.file_size for m in members if m.filename.lower().endswith(_MARKUP)) > MAX_MARKUP:
                raise Invalid(BOMB, code="file_bomb")
            for member in members:
                _check_part(archive, member, depth)
    except archives.BROKEN as error:
        raise Invalid(DAMAGED, code="file_damaged") from error
    return kind


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
    name = member.filename.lower()
    if any(folder in name for folder in _FORBIDDEN_FOLDERS):
        raise _unsafe()
    if name.endswith(".rels"):
        _check_relations(archive, member)
    if name.endswith(_MARKUP):
        _check_markup(archive, member)
    elif name.endswith(".xlsx") and "/embeddings/" in name:
        _check_embedded(archive, member, depth)
    elif name.endswith(_OTHER_PARTS) or (name.endswith(".bin") and "/printersettings/" in name):
        for number, chunk in enumerate(archives.read_through(archive, member)):
            if number == 0 and chunk.startswith((b"PK\x03\x04", b"MZ", b"\xd0\xcf\x11\xe0", b"#!")):
                raise _unsafe()
    else:
        raise _unsafe()


def _check_embedded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
    """The table behind a chart is a workbook of its own; one inside another is no chart."""
    if depth > 0:
        raise _unsafe()
    with archive.open(member) as stream:
        if check(io.BytesIO(stream.read()), depth + 1) != "xlsx":
            raise _unsafe()


def _check_relations(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """What a part points at outside the file is something that a person follows, or a picture of the web; nothing else.

    Words pasted from a page bring links to its pictures. The server never follows them, and a desk's Word asks its
    person first (the file comes from outside); they may not lead to shares, numbers or names inside the house.
    """
    if member.file_size > MAX_RELATIONS:
        raise Invalid(BOMB, code="file_bomb")
    try:
        root = fromstring(b"".join(archives.read_through(archive, member)), forbid_dtd=True)
    except DefusedXmlException as error:
        raise _unsafe() from error
    except ParseError as error:
        raise Invalid(DAMAGED, code="file_damaged") from error
    for relation in root.iter():
        kind, target = relation.get("Type", "").lower(), relation.get("Target", "").strip()
        if kind.endswith(_NEVER):
            raise _unsafe()
        if relation.get("TargetMode", "").lower() == "external" and not _is_harmless(kind, target):
            raise _unsafe()


def _is_harmless(kind: str, target: str) -> bool:
    if _LOCAL_FILE.match(target):
        return True
    if target.startswith(("\\", "//")):
        return False
    scheme = _SCHEME.match(target)
    if kind.endswith("/image"):
        return scheme is None or _PICTURE.match(target) is not None
    return scheme is None or (kind.endswith("/hyperlink") and scheme[1].lower() in _LINKS)


def _check_markup(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse declarations, scripts, calls of other programs: in the whole part, in any encoding."""
    tail, instructions, number = b"", b"", 0
    for number, chunk in enumerate(archives.read_through(archive, member), 1):
        plain = chunk.replace(b"\0", b"").lower()
        if number == 1:
            _check_head(plain)
        part = tail + plain
        if any(mark in part for mark in _MARKS) or (any(c in part for c in _CALLS) and _FORMULA.search(part)):
            raise _unsafe()
        if b"instr" in part:
            instructions += b"".join(a or b + b" " for a, b in _INSTRUCTION.findall(part))
            if len(instructions) > MAX_RELATIONS:
                raise Invalid(BOMB, code="file_bomb")
        tail = plain[-512:]
    if _FIELD.search(instructions):
        raise _unsafe()


def _check_head(plain: bytes) -> None:
    start = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:400]
    if start and not start.startswith(b"<"):
        raise Invalid(DAMAGED, code="file_damaged")
    told = _ENCODING.match(start)
    if told and told[1] not in _ENCODINGS:
        raise _unsafe()


def _unsafe() -> Invalid:
    return Invalid(UNSAFE, code="file_unsafe")
