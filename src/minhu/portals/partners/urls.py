"""Addresses of the doors for other systems."""

from __future__ import annotations

from django.urls import path

from minhu.portals.partners import hooks

urlpatterns = [
    path("hooks/<str:uid>/", hooks.receive, name="hook"),
]
