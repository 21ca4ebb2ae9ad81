"""Addresses of the pages; each role's pages bring their own `urls.py`, named in PAGES."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from minhu.portals import display, styleguide

PAGES: tuple[str, ...] = (
    "citizen",
    "accounts",
    "desk",
    "joint",
    "unit",
    "grid",
    "area",
    "orders",
    "supervision",
    "leader",
    "audit",
    "manage",
    "data",
    "ask",
    "knowledge",
    "live",
    "open311",
    "partners",
    "papers",
    "quality",
    "trees",
    "talks",
    "training",
    "phrases",
    "calls",
    "floor",
    "channels",
    "boards",
    "assistants",
    "emergency",
    "enterprises",
    "phone",
    "aid",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("display/", display.set_display, name="display"),
    path("manage/styleguide/", styleguide.gallery, name="styleguide"),
    *(
        path("", include(f"minhu.portals.{name}.urls"))
        for name in PAGES
        if importlib.util.find_spec(f"minhu.portals.{name}") and importlib.util.find_spec(f"minhu.portals.{name}.urls")
    ),
]
