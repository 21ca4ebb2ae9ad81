"""What every use case shares: one transaction, the reader's keys, the policy asked for the document at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.kernel.errors import NotFound
from minhu.knowledge.models import Document, Version
from minhu.knowledge.queries.reach import reading
from minhu.ledger import services as ledger


@contextmanager
def changing() -> Iterator[None]:
    """One transaction in which the current actor sees what is theirs to keep."""
    with transaction.atomic(), reading():
        yield


def document_for(document_id: int, action: Action = Action.EDIT_KNOWLEDGE) -> Document:
    """Load a document to change it (locked); raises NotFound where it may not be seen, NotAllowed without the right."""
    found = Document.objects.select_for_update().filter(pk=document_id).first()
    if found is None:
        raise NotFound("没有找到这份文件，或者您无权查看。", code="no_such_document")
    require(action, found.facts())
    return found


def version_for(version_id: int, action: Action = Action.EDIT_KNOWLEDGE) -> Version:
    """Load a version to change it, its document locked; raises as `document_for`."""
    found = Version.objects.filter(pk=version_id).values_list("document_id", flat=True).first()
    if found is None:
        raise NotFound("没有找到这个版本，或者您无权查看。", code="no_such_version")
    document_for(found, action)
    return Version.objects.select_related("document").get(pk=version_id)


def record(kind: str, document_id: int, **payload: Any) -> None:
    """Append what was done to the ledger; numbers, states and counts, no words of a document."""
    ledger.append(f"knowledge.{kind}", ("document", document_id), payload)
