"""How often one address may ask without a token: counted for the present minute, in the process, nothing stored.

Cheap on purpose: a refused question costs a look into a table in memory. With N web processes a flood that is spread
over them passes N times as often; what one process works on at once is bounded by admission anyway.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from minhu.kernel.clock import now
from minhu.kernel.errors import TooMany

MOST_ADDRESSES: Final = 50_000
NETWORK_BITS: Final = 56
"""One household of IPv6 has as many addresses as it likes: it counts as one."""
_used: OrderedDict[tuple[bytes, int], int] = OrderedDict()
_guard = threading.Lock()


def spend(address: str, per_minute: int) -> None:
    """Count one question of an address; raises TooMany with the seconds to wait when its minute is used up."""
    moment = int(now().timestamp())
    key = (hashlib.sha256(_counted(address).encode()).digest()[:12], moment // 60)
    with _guard:
        used = _used.get(key, 0) + 1
        if used <= per_minute:
            _used[key] = used
            _used.move_to_end(key)
        while len(_used) > MOST_ADDRESSES:
            _used.popitem(last=False)
    if used > per_minute:
        message = f"提问过于频繁：每分钟最多 {per_minute} 次，请稍后再问，或拨打 12345。"
        raise TooMany(message, code="rate_limited", retry_after=60 - moment % 60)


def _counted(address: str) -> str:
    """What is counted for an address (a word for the door may stand before it): of IPv6 its network."""
    door, _, last = address.rpartition(" ")
    try:
        found = ip_address(last)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return f"{door} {found.ipv4_mapped or ip_network((int(found), NETWORK_BITS), strict=False)}".strip()
