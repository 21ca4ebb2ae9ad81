"""One passage within its neighbours, as a page shows it beside an answer."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.kernel.errors import NotFound
from minhu.knowledge.models import PassageRow
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import Around

_EITHER_SIDE: Final = 3


def around(version_id: int, number: int) -> Around:
    """A passage with up to three before and after it; raises NotFound for what does not exist or may not be seen."""
    with transaction.atomic(), reading() as keys:
        rows = list(
            PassageRow.objects.filter(
                version_id=version_id, number__range=(number - _EITHER_SIDE, number + _EITHER_SIDE), keys__overlap=sorted(keys),
            )
            .select_related("version").defer("version__text", "version__found").order_by("number")
        )  # fmt: skip
        here = next((at for at, row in enumerate(rows) if row.number == number), None)
        if here is None:
            raise NotFound("没有找到这个条款，或者您无权查看。", code="no_such_passage")
        version = rows[here].version
        return Around(version.document_id, version.pk, version.title, tuple(row.passage for row in rows), here)
