"""Files inside PDFs: the data of an electronic invoice or receipt (XML) may stay, everything else is refused.

Invoices and receipts of the Chinese standards for electronic vouchers, like those of PDF/A-3 elsewhere, carry the same
figures as XML. Taking it out would break the signature of the whole, so it is read instead: XML to its end, without
declarations, scripts or pages.
"""

import re
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_BYTES: Final = 2 * 1024 * 1024
_GB: Final = re.compile(
    rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"'](?:gb2312|gbk|gb18030)[\"'][^>]{0,100}?>", re.IGNORECASE
)
_RUNS: Final = re.compile(
    rb"<(?:[\w.-]+:)?script\b|javascript:|vbscript:|<\?xml-stylesheet|<\?mso-application|w3\.org/1999/xhtml|w3\.org/2000/svg"
    rb"|w3\.org/1999/xsl|<(?:[\w.-]+:)?html\b",
    re.IGNORECASE,
)


def is_plain(data: bytes) -> bool:
    """Whether a file is XML of at most `MAX_BYTES` that holds figures and words, nothing that a program would run."""
    if not data or len(data) > MAX_BYTES or _RUNS.search(data.replace(b"\0", b"")):
        return False
    try:
        said = _GB.match(data.lstrip())
        # the reader of XML knows no Chinese encodings
        fromstring(data.lstrip()[said.end() :].decode("gb18030") if said else data, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        return False
    return True
