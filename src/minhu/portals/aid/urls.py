"""Addresses of possible social assistance."""

from __future__ import annotations

from django.urls import path

from minhu.portals.aid import views

urlpatterns = [
    path("orders/<str:number>/aid/<slug:step>/", views.decide, name="aid_decide"),
    path("unit/aid/", views.listing, name="aid"),
    path("unit/aid/<uuid:uid>/", views.case, name="aid_case"),
    path("unit/aid/<uuid:uid>/<slug:step>/", views.answer, name="aid_answer"),
]
