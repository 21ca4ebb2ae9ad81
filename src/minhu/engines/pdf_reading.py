"""The process that reads one PDF from standard input and says in one word what it is; `pdfs.check` starts it.

Every object is looked at, whether a page needs it or not, in two readings: as the file's own table of objects has it
and as a program finds it that has to make that table anew, because viewers do both. Owner's restrictions hide nothing:
qpdf opens such a file without a password.
"""

import hashlib
import io
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal

import pikepdf
from pikepdf.settings import set_qpdf_limits

from minhu.engines import pdf_data

Word = Literal["unsafe", "carries", "locked", "bomb", "damaged"]
STARTED: Final = "reads "
SECONDS: Final = 10
MEMORY: Final = 320 * 1024 * 1024
"""Addresses, not pages: some 130 MiB of them are the interpreter and its libraries."""
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_OBJECTS_PACKED: Final = 32 * 1024 * 1024
MAX_OBJECTS: Final = 60_000
MAX_STREAMS: Final = 20_000
MAX_PIXELS: Final = 400_000_000
MAX_FILES: Final = 20
MAX_LONGEST: Final = 500_000
"""Members of one list or dictionary."""
MAX_DEPTH: Final = 200
_STEP: Final = 1 << 20
_RUNS: Final = frozenset({
    "/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/GoTo3DView", "/RichMedia",
    "/RichMediaExecute", "/RichMediaContent", "/Rendition", "/XFA",
})  # fmt: skip
"""Names that stand nowhere in plain paper, neither as a key nor as a value."""
_PLAYED: Final = frozenset({"/Movie", "/Screen", "/3D"})
_FOLLOWED: Final = frozenset({"/GoTo", "/Named", "/SetOCGState", "/Hide", "/Thread", "/Trans", "/ResetForm"})
"""What may happen by itself when a file or page is opened: all of it stays inside the file."""
_SUSPECT: Final = re.compile(
    b"/(?:" + b"|".join(sorted((name[1:].encode() for name in _RUNS | _PLAYED), reverse=True))
    + rb"|EF|EmbeddedFile|OpenAction|AA|URI|Ref)"
)  # fmt: skip
_WORTH_A_LOOK: Final = re.compile(_SUSPECT.pattern + rb"(?![^\s/<>\[\]()%])")
_SCRIPT: Final = re.compile(rb"^\s*(?:javascript|vbscript|data):", re.IGNORECASE)
_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})


class FoundError(Exception):
    """What the file is, in a word of `pdfs`."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word = word


@dataclass(slots=True)
class Reading:
    """What adds up over both readings of a file."""

    unpacked: int = 0
    streams: int = 0
    objects: int = 0
    encrypted: bool = False
    seen: set[bytes] = field(default_factory=set)
    """Object streams that need no second look, by their SHA-256."""
    known: set[tuple[int, int]] = field(default_factory=set)
    """Streams of an encrypted file that were read with its key: of objects, or files."""
    files: dict[tuple[int, int], pikepdf.Stream] = field(default_factory=dict)


def read(content: bytes) -> None:
    """Raise FoundError unless the PDF is plain paper."""
    if b"%%EOF" not in content:
        raise FoundError("damaged")
    if content.count(b"obj") > 2 * MAX_OBJECTS:
        raise FoundError("bomb")  # before qpdf makes something of each
    reading, anew = Reading(), content.replace(b"startxref", b"startxfer")
    try:
        _read_once(content, reading)
        del content
        if reading.encrypted:
            anew = _without_key(anew, reading.objects + 1)
        _read_once(anew, reading)
    except pikepdf.PasswordError as error:
        raise FoundError("locked") from error
    except pikepdf.PdfError as error:
        foreign = "security handler" in str(error) or "ncrypt" in str(error)
        raise FoundError("locked" if foreign else "damaged") from error


def _read_once(content: bytes, reading: Reading) -> None:
    with _opened(content) as pdf:
        if not reading.encrypted and not (isinstance(pdf.Root, pikepdf.Dictionary) and len(pdf.pages)):
            raise FoundError("damaged")
        reading.unpacked = reading.streams = 0
        _look_at_all(pdf, reading)
        _check_files(reading)
        reading.encrypted |= pdf.is_encrypted


def _without_key(content: bytes, number: int) -> bytes:
    """An encrypted file whose table is lost, as plain objects around streams that nobody can read: names stay names.

    qpdf does not find what is encrypted without the table; the streams were read before, and no others may be there.
    """
    while any(b"%d" % one in content for one in range(number, number + 3)):
        number += 1
    for name in (b"/Encrypt", b"/XRef", b"trailer"):
        content = content.replace(name, name[:-1] + b"_")
    return content + (
        b"\n%d 0 obj\n<</Type /Catalog /Pages %d 0 R>>\nendobj\n%d 0 obj\n<</Type /Pages /Kids [%d 0 R] /Count 1>>\nendobj\n"
        b"%d 0 obj\n<</Type /Page /Parent %d 0 R /MediaBox [0 0 9 9]>>\nendobj\ntrailer\n<</Root %d 0 R>>\n%%%%EOF\n"
        % (number, number + 1, number + 1, number + 2, number + 2, number + 1, number)
    )


def _opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content), inherit_page_attributes=False, access_mode=pikepdf.AccessMode.stream)


def _look_at_all(pdf: pikepdf.Pdf, reading: Reading) -> None:
    everything = pdf.objects
    if len(everything) > MAX_OBJECTS:
        raise FoundError("bomb")
    reading.objects = len(everything)
    _look(pdf.trailer, reading)
    for one in everything:
        if isinstance(one, pikepdf.Stream):
            _look_at_stream(one, reading)
        elif isinstance(one, pikepdf.Object) and _WORTH_A_LOOK.search(one.unparse(resolved=True)):
            _look(one, reading)


def _look_at_stream(one: pikepdf.Stream, reading: Reading) -> None:
    told = one.stream_dict
    reading.streams += 1
    if reading.streams > MAX_STREAMS:
        raise FoundError("bomb")
    if "/F" in told or "/FFilter" in told:
        raise FoundError("unsafe")  # its content lies in another file or at an address
    _look(told, reading)
    if _name(told, "/Type") == "/EmbeddedFile":
        reading.files[one.objgen] = one
    if _name(told, "/Type") == "/ObjStm":
        if not _was_read(one, reading):
            _look_at_packed(one, reading)
    elif _name(told, "/Subtype") == "/Image":
        if _number(told.get("/Width")) * _number(told.get("/Height")) > MAX_PIXELS:
            raise FoundError("bomb")
        return
    for piece in _unpacked(one):
        reading.unpacked += len(piece)
        if reading.unpacked > MAX_UNPACKED:
            raise FoundError("bomb")


def _was_read(one: pikepdf.Stream, reading: Reading) -> bool:
    """Whether a stream needs no reading because it was read with its key, which now is gone."""
    if not reading.encrypted:
        reading.known.add(one.objgen)
    elif one.objgen not in reading.known:
        raise FoundError("locked")
    return reading.encrypted


def _name(one: pikepdf.Object, key: str) -> str:
    value = one.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _number(value: object) -> int:
    return int(value) if isinstance(value, int) else 0


def _filters(one: pikepdf.Stream) -> list[str]:
    told = one.stream_dict.get("/Filter")
    if isinstance(told, pikepdf.Array):
        return [str(name) for name in told]
    return [] if told is None else [str(told)]


def _unpacked(one: pikepdf.Stream) -> Iterator[bytes]:
    """The pieces of a stream whose outermost filter is deflate; what is damaged is read as far as it goes."""
    filters = _filters(one)
    if sum(name in _FLATE for name in filters) > 1 or len(filters) > 4:
        raise FoundError("bomb")
    if not filters or filters[0] not in _FLATE:
        return
    engine, waiting = zlib.decompressobj(), one.read_raw_bytes()
    with suppress(zlib.error):
        while waiting and not engine.eof:
            yield engine.decompress(waiting, _STEP)
            waiting = engine.unconsumed_tail


def _look_at_packed(one: pikepdf.Stream, reading: Reading) -> None:
    """The objects of an object stream, also where the table of objects does not name them."""
    if any(name not in _FLATE for name in _filters(one)):
        raise FoundError("unsafe")  # no program writes them so
    if sum(len(piece) for piece in _unpacked(one)) > MAX_OBJECTS_PACKED:
        raise FoundError("bomb")
    content, told = one.read_bytes(), one.stream_dict
    digest = hashlib.sha256(b"%d %d " % (_number(told.get("/N")), _number(told.get("/First"))) + content).digest()
    if digest in reading.seen or not (b"#" in content or _SUSPECT.search(content)):
        return
    reading.seen.add(digest)
    head = content[: max(0, _number(told.get("/First")))].split()[: 2 * max(0, _number(told.get("/N")))]
    if not head or len(head) < 2 * _number(told.get("/N")):
        raise FoundError("damaged")
    try:
        places = sorted({_number(told.get("/First")) + int(place) for place in head[1::2]})
    except ValueError as error:
        raise FoundError("damaged") from error
    parts = [content[at:end] for at, end in zip(places, [*places[1:], len(content)], strict=False)]
    with _opened(_alone(parts)) as pdf:
        for inner in pdf.objects:
            if isinstance(inner, pikepdf.Stream):
                raise FoundError("unsafe")
            if isinstance(inner, pikepdf.Object) and _WORTH_A_LOOK.search(inner.unparse(resolved=True)):
                _look(inner, reading, elsewhere=True)
        if pdf.get_warnings():
            raise FoundError("damaged")  # objects one inside the other, or half ones


def _alone(parts: list[bytes]) -> bytes:
    """A file of these objects, so that qpdf reads them; no reference leads from one to another."""
    content, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(
        [b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [] /Count 0>>", *parts], 1
    ):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"xref\n0 %d\n0000000000 65535 f \n%btrailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1, table, len(places) + 1, len(content),
    )  # fmt: skip
    return bytes(content)


def _look(one: object, reading: Reading, *, elsewhere: bool = False, depth: int = 0) -> None:
    """Walk the names of one object, not of those that it refers to: these come by themselves.

    ``elsewhere`` is an object outside its file, whose references lead nowhere.
    """
    if depth > MAX_DEPTH:
        raise FoundError("damaged")
    if isinstance(one, pikepdf.Name) and str(one) in _RUNS:
        raise FoundError("unsafe")
    if isinstance(one, pikepdf.Array):
        inside = list(one.as_list())
    elif isinstance(one, pikepdf.Dictionary):
        _look_at_dictionary(one, reading, elsewhere=elsewhere)
        inside = list(one.as_dict().values())
    else:
        return
    for part in inside:
        if not (isinstance(part, pikepdf.Object) and part.is_indirect):
            _look(part, reading, elsewhere=elsewhere, depth=depth + 1)


def _look_at_dictionary(one: pikepdf.Dictionary, reading: Reading, *, elsewhere: bool) -> None:
    if not _RUNS.isdisjoint(one.keys()):
        raise FoundError("unsafe")
    if not _PLAYED.isdisjoint((_name(one, "/Subtype"), _name(one, "/S"))) or "/F" in _inner(one, "/Ref"):
        raise FoundError("unsafe")
    actions = [one.get("/OpenAction"), *_inner(one, "/AA").values()]
    if any(isinstance(action, pikepdf.Dictionary) and _name(action, "/S") not in _FOLLOWED for action in actions):
        raise FoundError("unsafe")
    address = one.get("/URI")
    if isinstance(address, pikepdf.String) and _SCRIPT.match(bytes(address).replace(b"\0", b"")):
        raise FoundError("unsafe")
    if "/EF" in one and not elsewhere:
        for inside in _inner(one, "/EF").values():
            if not isinstance(inside, pikepdf.Stream):
                raise FoundError("carries")  # nobody could look into it
            reading.files[inside.objgen] = inside


def _inner(one: pikepdf.Dictionary, key: str) -> dict[str, pikepdf.Object]:
    inside = one.get(key)
    return dict(inside.as_dict()) if isinstance(inside, pikepdf.Dictionary) else {}


def _check_files(reading: Reading) -> None:
    found = list(reading.files.values())
    reading.files.clear()
    if len(found) > MAX_FILES:
        raise FoundError("carries")
    for one in found:
        if _was_read(one, reading):
            continue
        length = 0
        for piece in _unpacked(one):
            length += len(piece)
            if length > pdf_data.MAX_BYTES:
                raise FoundError("carries")
        try:
            plain = pdf_data.is_plain(one.read_bytes())
        except pikepdf.PdfError as error:
            raise FoundError("carries") from error
        if not plain:
            raise FoundError("carries")


def main() -> None:
    """Say that it started, take limits, read, say the word."""
    sys.stdout.write(STARTED)
    sys.stdout.flush()
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # systems that know no such limit
            resource.setrlimit(what, (most, most))
    set_qpdf_limits(
        flate_max_memory=MAX_OBJECTS_PACKED, png_max_memory=MAX_OBJECTS_PACKED, parser_max_nesting=MAX_DEPTH,
        parser_max_container_size=MAX_LONGEST, parser_max_container_size_damaged=MAX_LONGEST,
    )  # fmt: skip
    word = "plain"
    try:
        read(sys.stdin.buffer.read())
    except FoundError as found:
        word = found.word
    except MemoryError:
        word = "bomb"
    sys.stdout.write(word)


if __name__ == "__main__":
    main()
