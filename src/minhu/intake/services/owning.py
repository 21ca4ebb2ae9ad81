"""Programs as owners of requests: which request a token may read, and as whom."""

from __future__ import annotations

from minhu.directory.access import elevated
from minhu.directory.types import Role, TokenInfo
from minhu.intake.models import Request
from minhu.intake.services.opening import open_by_code
from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number


def partner(token: TokenInfo, *own: int) -> Actor:
    """The program behind a token, with the requests that are its own here."""
    return Actor("partner", f"token:{token.id}", token.name, roles=frozenset({Role.PARTNER.value}), own_requests=own)


def owner_of(token: TokenInfo, number: str, code: str = "") -> Actor:
    """The token as owner of a request: it brought it in, or it knows the follow code.

    Raises NotFound, and what ``open_by_code`` raises (TooMany when codes are guessed).
    """
    with elevated("whether a token brought a request in is asked before it may see it"):
        rows = Request.objects.filter(number=normalise_number(number)[:16], token_id=token.id)
        found = rows.values_list("pk", flat=True).first()
    if found is None and not code:
        raise NotFound("没有找到这件诉求。不是本令牌提交的诉求，请同时提供查询码。")
    return partner(token, found if found is not None else open_by_code(number, code, f"token:{token.id}"))
