"""A scope is a setting of the transaction: without one it would stay for whoever uses the connection next."""

from __future__ import annotations

import pytest

from minhu.directory.access import acting_as, elevated
from minhu.kernel.actors import SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]


def test_outside_a_transaction_nobody_gets_a_scope() -> None:
    for block in (lambda: elevated("reason"), lambda: acting_as(SYSTEM)):
        with pytest.raises(RuntimeError), block():
            pass
