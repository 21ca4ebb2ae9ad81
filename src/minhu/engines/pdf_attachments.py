"""Files inside PDFs: the data of an electronic invoice or receipt (XML) may stay, everything else is refused.

Invoices and receipts of the Chinese standards for electronic vouchers, like those of PDF/A-3 elsewhere, carry the same
figures as XML. Taking it out would break the signature of the whole, so it is read instead: XML to its end, without
declarations, scripts or pages. A file of any other kind inside, or one that cannot be found for certain, is refused.
"""

import re
import zlib
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from minhu.kernel.errors import Invalid

CARRIES: Final = (
    "PDF 里还附有其他文件，不能上传。请把里面的文件取出后另行上传，PDF 本身可用“打印为 PDF”另存一份或截图后上传。"
)
OVERLAP: Final = 256
"""Bytes that two pieces of a text have in common: a line that names a file is shorter."""
AGAIN: Final = 3 * OVERLAP
"""So many bytes of a piece are looked at again with the next: a letter of a name may be written with three."""
MAX_DATA: Final = 2 * 1024 * 1024
MAX_FILES: Final = 20

_NAMED: Final = re.compile(rb"/EF(?=\s*<<|\s*%|\s+\d+\s+\d+\s+R)")
_PLACES: Final = re.compile(rb"/EF\s*<<((?:\s*/(?:UF|F|DOS|Mac|Unix)\s+\d{1,10}\s+\d{1,5}\s+R)+)\s*>>")
_PLACE: Final = re.compile(rb"(\d+)\s+\d+\s+R")
_TYPED: Final = re.compile(rb"/EmbeddedFile(?![A-Za-z])")
_DEFINED: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_GB: Final = re.compile(
    rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"'](?:gb2312|gbk|gb18030)[\"'][^>]{0,100}?>", re.IGNORECASE
)
_RUNS: Final = re.compile(
    rb"<(?:[\w.-]+:)?script\b|javascript:|vbscript:|<\?xml-stylesheet|<\?mso-application|w3\.org/1999/xhtml|w3\.org/2000/svg"
    rb"|w3\.org/1999/xsl|<(?:[\w.-]+:)?html\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Files:
    """The numbers of the objects that a PDF names as files inside it."""

    wanted: set[int] = field(default_factory=set)
    found: set[int] = field(default_factory=set)

    def look(self, part: bytes, *, last: bool) -> None:
        """Note which objects a piece of text names; what begins in its last `OVERLAP` bytes comes again unless `last`."""
        for named in _NAMED.finditer(part):
            if not last and named.start() >= len(part) - OVERLAP:
                return
            places = _PLACES.match(part, named.start())
            if places is None:
                raise refused()
            self.wanted.update(int(number) for number in _PLACE.findall(places[1]))

    def holds(self, before: bytes, told: bytes) -> bool:
        """Whether a stream is such a file: by its number (at the end of ``before``) or by what its dictionary says."""
        number = _DEFINED.search(before[-32:]) if self.wanted else None
        if number is not None and int(number[1]) in self.wanted:
            self.found.add(int(number[1]))
            return True
        return _TYPED.search(told) is not None

    def check_found(self) -> None:
        """Raise Invalid where a file was named that nobody could look into."""
        if self.wanted - self.found:
            raise refused()


def check_data(content: bytes, at: int, *, packed: bool) -> None:
    """Raise Invalid (`file_unsafe`) unless the stream that begins at ``at`` is plain XML of at most `MAX_DATA` bytes."""
    if packed:
        try:
            data = zlib.decompressobj().decompress(memoryview(content)[at:], MAX_DATA + 1)
        except zlib.error as error:
            raise refused() from error
    else:
        end = content.find(b"endstream", at, at + MAX_DATA + 16)
        data = content[at:end] if end >= 0 else b""
    if not data or len(data) > MAX_DATA or _RUNS.search(data.replace(b"\0", b"")):
        raise refused()
    try:
        said = _GB.match(data.lstrip())
        # the reader of XML knows no Chinese encodings
        fromstring(data.lstrip()[said.end() :].decode("gb18030") if said else data, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise refused() from error


def refused() -> Invalid:
    """There is a file inside that is no plain data."""
    return Invalid(CARRIES, code="file_unsafe")
