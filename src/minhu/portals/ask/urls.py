"""Addresses of asking without signing in."""

from __future__ import annotations

from django.urls import path

from minhu.portals.ask import views

urlpatterns = [
    path("ask/", views.page, name="ask"),
    path("ask/window/", views.window, name="ask_window"),
    path("ask/window.js", views.script, name="ask_script"),
    path("ask/rate/", views.rate, name="ask_rate"),
    path("ask/person/", views.hand_over, name="ask_person"),
]
