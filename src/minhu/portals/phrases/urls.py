"""Addresses of standard phrases."""

from __future__ import annotations

from django.urls import path

from minhu.portals.phrases import views

urlpatterns = [
    path("supervision/phrases/", views.listing, name="phrases"),
    path("supervision/phrases/new/", views.new, name="phrase_new"),
    path("supervision/phrases/<uuid:code>/", views.one, name="phrase"),
    path("supervision/phrases/<uuid:code>/retire/", views.retire, name="phrase_retire"),
    path("desk/phrases/<int:phrase>/used/", views.used, name="phrase_used"),
]
