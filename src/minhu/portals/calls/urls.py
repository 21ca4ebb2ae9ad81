"""Addresses of calls."""

from __future__ import annotations

from django.urls import path

from minhu.portals.calls import desk

urlpatterns = [
    path("desk/calls/", desk.board, name="calls"),
    path("desk/calls/<uuid:uid>/", desk.page, name="calls_page"),
    path("desk/calls/<uuid:uid>/sound.wav", desk.sound, name="calls_sound"),
]
