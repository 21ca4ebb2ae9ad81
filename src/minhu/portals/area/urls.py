"""Addresses of the pages of one's area."""

from __future__ import annotations

from django.urls import path

from minhu.portals.area import views

urlpatterns = [
    path("area/", views.listing, name="area"),
    path("area/<str:number>/", views.matter, name="area_matter"),
]
