"""Addresses of these pages; they stand under /knowledge/."""

from __future__ import annotations

from django.urls import path

from minhu.portals.papers import contradictions

urlpatterns = [
    path("knowledge/contradictions/", contradictions.listing, name="contradictions"),
    path("knowledge/contradictions/<int:pk>/", contradictions.judged, name="contradiction"),
]
