"""Addresses of enterprises: their administration, their disputes at the desk, and their own door."""

from __future__ import annotations

from django.urls import path

from minhu.portals.enterprises import disputes, door, pages

urlpatterns = [
    path("manage/enterprises/", pages.listing, name="manage_enterprises"),
    path("manage/enterprises/new/", pages.enterprise, name="manage_enterprise_new"),
    path("manage/enterprises/import/", pages.bring, name="manage_enterprises_import"),
    path("manage/enterprises/<int:enterprise>/", pages.enterprise, name="manage_enterprise"),
    path("manage/enterprises/<int:enterprise>/door/", pages.door, name="manage_enterprise_door"),
    path("desk/disputes/", disputes.board, name="disputes"),
    path("desk/disputes/begin/<str:number>/", disputes.begin, name="dispute_begin"),
    path("desk/disputes/<uuid:uid>/", disputes.page, name="dispute"),
    path("desk/disputes/<uuid:uid>/<slug:step>/", disputes.step, name="dispute_step"),
    path("supervision/enterprises/", disputes.figures, name="enterprise_figures"),
    path("supervision/enterprises/export/", disputes.export, name="enterprise_figures_export"),
    path("enterprise/", door.listing, name="enterprise_disputes"),
    path("enterprise/open/<str:link>/", door.enter, name="enterprise_enter"),
    path("enterprise/leave/", door.leave, name="enterprise_leave"),
    path("enterprise/disputes/<uuid:uid>/", door.dispute, name="enterprise_dispute"),
]
