"""A city and a browser without a browser: what the tests of staff pages share."""

from __future__ import annotations

from typing import Any

from django.test import Client

from factories import City


def signed_in(city: City, name: str) -> Client:
    """A client in which this account is signed in."""
    client = Client()
    client.force_login(city.staff[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(response: Any) -> str:
    """The text of an answer."""
    return str(response.content.decode())
