"""Counted days give the same rates as the ratings themselves, whatever is rated, corrected, excluded or taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.evaluation.models import Rating
from minhu.evaluation.queries import rates, rates_by_unit
from minhu.evaluation.types import Satisfaction

pytestmark = pytest.mark.django_db
START = MONDAY - timedelta(hours=9)
"""A midnight in China."""
answers = st.fixed_dictionaries({
    "reached": st.booleans(), "responded": st.none() | st.booleans(), "solved": st.none() | st.booleans(),
    "satisfaction": st.sampled_from(["", *(grade.value for grade in Satisfaction)]),
    "rated_at": st.integers(0, 71).map(lambda hour: START + timedelta(hours=hour)),
    "excluded_at": st.none() | st.just(MONDAY), "lead": st.sampled_from(["water", "urban", ""]),
})  # fmt: skip


def write(city: City, row: Rating, lead: str, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.lead_unit_id = city.unit(lead) if lead else None
    row.save()


def test_days_agree_with_ratings() -> None:
    city = make_city()
    order = make_order(city, upto="closed")

    @settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.lists(answers, max_size=8), st.lists(answers, max_size=4), st.integers(0, 3))
    def agree(given_ones: list[dict[str, object]], changed: list[dict[str, object]], gone: int) -> None:
        with transaction.atomic():
            with as_system():
                rows = [Rating(order=order, round=n, channel="web") for n, _ in enumerate(given_ones)]
                for row, answer in zip(rows, given_ones, strict=True):
                    write(city, row, **answer)
                for row, answer in zip(rows, changed, strict=False):
                    write(city, row, **answer)
                Rating.objects.filter(pk__in=[row.pk for row in rows[:gone]]).delete()
            with acting_as(city.actor("leader")):
                for days in (1, 2, 3):
                    end = START + timedelta(days=days)
                    # a filter that every rating passes: the ratings themselves are read
                    assert rates(START, end) == rates(START, end, round__gte=0)
                    assert rates_by_unit(START, end) == rates_by_unit(START, end, round__gte=0)
            transaction.set_rollback(True)

    agree()
