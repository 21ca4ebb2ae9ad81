"""Fixtures of the ledger's tests; rooms are imported inside, because Django loads after this file."""

from pathlib import Path

import pytest

from ledger.ledger_helpers import Write


@pytest.fixture
def write(home: Path) -> Write:
    """Append `count` entries in one transaction and, unless told otherwise, integrate them."""
    from django.db import transaction

    from minhu.ledger import services

    def writing(count: int = 1, *, integrate: bool = True, kind: str = "order.created") -> None:
        with transaction.atomic():
            for number in range(count):
                services.append(kind, ("order", number), {"n": number, "名": "值"})
        if integrate:
            services.integrate()

    return writing


@pytest.fixture
def outside(home: Path) -> Path:
    """The checkpoint file outside the database."""
    from minhu.ledger import witness

    return witness.witness_path()
