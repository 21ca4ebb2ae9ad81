"""Keys of rows follow rights and states: one place writes them, for a document and everything below it."""

from __future__ import annotations

from minhu.knowledge.domain.keys import row_keys
from minhu.knowledge.models import Document, PassageRow, Version
from minhu.knowledge.services.graphing import draw
from minhu.knowledge.services.indexing import index
from minhu.knowledge.types import LIVE, State


def rekey(document: Document) -> None:
    """Write the keys of a document, its versions and their passages anew, after its rights or a state changed.

    Versions that are not live are for those who keep the document only.
    """
    rights, owner = document.rights, document.owner_unit_id
    states = []
    for version in document.versions.all():
        state = State(version.state)
        states.append(state)
        keys, live = row_keys(rights, owner, [state]), state in LIVE
        Version.objects.filter(pk=version.pk).exclude(keys=keys).update(keys=keys)
        PassageRow.objects.filter(version=version).exclude(keys=keys, live=live).update(keys=keys, live=live)
        version.keys = keys
        index(version)
        draw(version)
    keys = row_keys(rights, owner, states)
    # a row that stays as it is is not locked: every answer that cites the document counts itself there, and a trial
    # before publishing holds its transaction open for as long as its questions take
    Document.objects.filter(pk=document.pk).exclude(keys=keys).update(keys=keys)
    for notice in document.notices.all():
        keys = row_keys(rights, owner, [])
        if notice.keys != keys:
            notice.keys = keys
            notice.save(update_fields=["keys"])
