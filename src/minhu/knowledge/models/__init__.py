"""Tables of the knowledge room."""

from minhu.knowledge.models.documents import Document, Finding, PassageRow, Version
from minhu.knowledge.models.incoming import Notice, Source, SourceItem, Upload, UploadItem

__all__ = ["Document", "Finding", "Notice", "PassageRow", "Source", "SourceItem", "Upload", "UploadItem", "Version"]
