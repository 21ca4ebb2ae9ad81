"""Addresses of hand-overs to emergency services."""

from __future__ import annotations

from django.urls import path

from minhu.portals.emergency import manage, views

urlpatterns = [
    path("desk/emergency/", views.board, name="emergency_board"),
    path("desk/emergency/new/", views.new, name="emergency_new"),
    path("desk/emergency/from-form/", views.from_form, name="emergency_from_form"),
    path("desk/emergency/<uuid:uid>/", views.page, name="emergency_page"),
    path("desk/emergency/<uuid:uid>/paper/", views.paper, name="emergency_paper"),
    path("desk/emergency/<uuid:uid>/<slug:step>/", views.step, name="emergency_step"),
    path("manage/emergency-services/", manage.listing, name="manage_emergency"),
    path("manage/emergency-services/<slug:code>/", manage.service, name="manage_emergency_service"),
]
