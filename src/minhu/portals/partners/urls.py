"""Addresses of the doors for other systems, and of the administration of partners."""

from __future__ import annotations

from django.urls import path

from minhu.portals.partners import hooks, pages

urlpatterns = [
    path("hooks/<str:uid>/", hooks.receive, name="hook"),
    path("manage/partners/", pages.listing, name="manage_partners"),
    path("manage/partners/new/", pages.add, name="manage_partner_new"),
    path("manage/partners/<int:partner>/", pages.partner, name="manage_partner"),
    path("manage/partners/<int:partner>/active/", pages.switch, name="manage_partner_switch"),
    path("manage/partners/<int:partner>/keys/", pages.rekey, name="manage_partner_keys"),
    path("manage/partners/<int:partner>/test/", pages.test, name="manage_partner_test"),
    path("manage/partners/<int:partner>/replay/", pages.replay, name="manage_partner_replay"),
]
