"""A city and a token for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from minhu.kernel import clock

if TYPE_CHECKING:
    from factories import City


@pytest.fixture
def city(db: None) -> City:
    """A small city, made in the test's own transaction."""
    from factories import make_city  # models need settings, which pytest-django reads after this file

    return make_city()


@pytest.fixture
def monday() -> Iterator[None]:
    """The test lives on a Monday at nine in China."""
    from factories import MONDAY

    with clock.at(MONDAY):
        yield


@pytest.fixture
def key(city: City) -> str:
    """A token that may report through Open311."""
    from minhu.directory.access import as_system
    from minhu.directory.services.tokens import issue_token

    with as_system():
        return issue_token("路灯小程序", ["open311"])
