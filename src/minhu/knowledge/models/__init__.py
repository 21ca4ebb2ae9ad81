"""Tables of the knowledge room."""

from minhu.knowledge.models.asking import Asking
from minhu.knowledge.models.contradictions import Contradiction, Looked
from minhu.knowledge.models.documents import Document, Finding, PassageRow, Version
from minhu.knowledge.models.explained import MadePair, Signature
from minhu.knowledge.models.incoming import Notice, Source, SourceItem, Upload, UploadItem
from minhu.knowledge.models.index import Circle, IndexedVersion, Posting, TermCount
from minhu.knowledge.models.questions import OpenQuestion, Wording

__all__ = [
    "Asking",
    "Circle",
    "Contradiction",
    "Document",
    "Finding",
    "IndexedVersion",
    "Looked",
    "MadePair",
    "Notice",
    "OpenQuestion",
    "PassageRow",
    "Posting",
    "Signature",
    "Source",
    "SourceItem",
    "TermCount",
    "Upload",
    "UploadItem",
    "Version",
    "Wording",
]
