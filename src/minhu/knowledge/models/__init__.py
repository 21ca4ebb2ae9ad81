"""Tables of the knowledge room."""

from minhu.knowledge.models.asking import Asking
from minhu.knowledge.models.documents import Document, Finding, PassageRow, Version
from minhu.knowledge.models.incoming import Notice, Source, SourceItem, Upload, UploadItem
from minhu.knowledge.models.index import Circle, IndexedVersion, Posting, TermCount

__all__ = [
    "Asking",
    "Circle",
    "Document",
    "Finding",
    "IndexedVersion",
    "Notice",
    "PassageRow",
    "Posting",
    "Source",
    "SourceItem",
    "TermCount",
    "Upload",
    "UploadItem",
    "Version",
]
