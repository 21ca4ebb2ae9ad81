"""Addresses of the unit's desk."""

from __future__ import annotations

from django.urls import path

from minhu.portals.unit import views

urlpatterns = [
    path("unit/", views.inbox, name="unit"),
    path("unit/sign/", views.sign, name="unit_sign"),
    path("unit/export/", views.export, name="unit_export"),
    path("unit/panel/<str:number>/<str:step>/", views.panel, name="unit_panel"),
]
