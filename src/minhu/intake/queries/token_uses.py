"""When programs last came with their tokens, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Max

from minhu.intake.models import TokenUse


def last_used() -> dict[int, datetime]:
    """The minute of each token's last use, by the token's id; tokens never used are missing."""
    rows = TokenUse.objects.values_list("token_id").annotate(last=Max("minute"))
    return {token: datetime.fromtimestamp(minute * 60, UTC) for token, minute in rows}
