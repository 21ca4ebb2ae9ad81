"""Six fictional enterprises of the demo city that agreed to answer consumers first; one is suspended, one has run out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.directory.access import as_system
from minhu.directory.queries.freshness import local_day
from minhu.exchange.queries import enterprises as queries
from minhu.exchange.services import enterprises as services
from minhu.exchange.services.enterprises import EnterpriseData, is_credit_code

_ENTERPRISES: Final = (
    ("云溪优购电子商务有限公司", ("优购到家", "优购商城"), "96800101", 3),
    ("云溪河畔百货有限公司", ("河畔百货", "河畔广场"), "96800102", 3),
    ("云溪轻行网约车服务有限公司", ("轻行出行", "轻行打车"), "96800103", 2),
    ("云溪跃动健身管理有限公司", ("跃动健身", "跃动俱乐部"), "96800104", 5),
    ("云溪清泉饮水有限公司", ("清泉桶装水",), "96800105", 3),
    ("云溪安居家装有限公司", ("安居家装", "安居整装"), "96800106", 5),
)  # fmt: skip
_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def load_enterprises() -> int:
    """Register them through the service, once; returns how many."""
    today = local_day()
    with as_system():
        if queries.listed():
            return 0
        for number, (name, aliases, phone, days) in enumerate(_ENTERPRISES):
            until = today - timedelta(days=10) if number == 4 else today + timedelta(days=300)
            data = EnterpriseData(
                _code(number), name, phone, aliases, contact="消费服务部", answer_days=days,
                valid_from=today - timedelta(days=200), valid_until=until, suspended=number == 5,
            )  # fmt: skip
            services.put(data)
    return len(_ENTERPRISES)


def _code(number: int) -> str:
    """A code of the fictional area 990101 that passes the check of its last sign."""
    body = f"9199010100000{number:04d}"
    return next(body + sign for sign in _SIGNS if is_credit_code(body + sign))
