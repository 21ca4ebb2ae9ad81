"""A city with people who keep knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.knowledge.keepers import Keepers


@pytest.fixture
def keepers(home: Path, db: None) -> Keepers:
    from tests.knowledge.keepers import gather

    return gather()
