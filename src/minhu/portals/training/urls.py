"""Addresses of training."""

from __future__ import annotations

from django.urls import path

from minhu.portals.training import views

urlpatterns = [
    path("supervision/training/", views.overview, name="training"),
    path("supervision/training/export/", views.export, name="training_export"),
    path("supervision/training/<int:staff_id>/", views.agent, name="training_agent"),
    path("desk/training/", views.mine, name="training_mine"),
]
