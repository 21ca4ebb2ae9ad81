"""Addresses of the leader's board."""

from __future__ import annotations

from django.urls import path

from minhu.portals.leader import views

urlpatterns = [
    path("leader/", views.board, name="leader"),
    path("leader/units/", views.units, name="leader_units"),
    path("leader/export/", views.export, name="leader_export"),
]
