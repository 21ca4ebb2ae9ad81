"""Words about a matter without what names the person who brought it: for units and lists when the person asked so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from minhu.kernel import masks
from minhu.language.personal import mask_personal


class Requester(Protocol):
    """Whoever brought a matter: a stored request, or one at the door."""

    @property
    def requester_name(self) -> str: ...
    @property
    def requester_phone(self) -> str: ...
    @property
    def requester_phone2(self) -> str: ...
    @property
    def requester_id_number(self) -> str: ...
    @property
    def requester_address(self) -> str: ...


_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "requester_name": masks.name,
    "requester_phone": masks.phone,
    "requester_phone2": masks.phone,
    "requester_id_number": masks.identity,
    "requester_address": masks.address,
}


def hider(who: Requester) -> Callable[[str], str]:
    """What masks the requester's own values as they were given, and then whatever else looks personal, in a text."""
    said = ((getattr(who, name).strip(), mask) for name, mask in _MASKS.items())
    named = sorted(((value, mask(value)) for value, mask in said if len(value) > 1), key=lambda pair: -len(pair[0]))

    def hide(text: str) -> str:
        for value, masked in named:
            text = text.replace(value, masked)
        return mask_personal(text)

    return hide
