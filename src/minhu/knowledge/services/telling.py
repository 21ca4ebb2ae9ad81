"""What the program tells the keepers of a document or a source."""

from __future__ import annotations

from minhu.kernel.clock import now
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Document, Notice, Source, Version
from minhu.knowledge.types import NoticeKind

LONGEST = 300


def tell(kind: NoticeKind, text: str, version: Version | None = None, source: Source | None = None) -> None:
    """Put a notice before the keepers of a version's document, else of a source; the caller reads as the program."""
    document = Document.objects.get(pk=version.document_id) if version else None
    owner = document.owner_unit_id if document else source.owner_unit_id if source else None
    Notice.objects.create(
        kind=kind.value, text=text[:LONGEST], at=now(), document=document, version=version, source=source,
        keys=sorted(keeper_keys(owner)),
    )  # fmt: skip
