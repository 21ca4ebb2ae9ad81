"""Addresses of the citizen's pages."""

from __future__ import annotations

from django.urls import path

from minhu.portals.citizen import views, views_enterprise, views_own

urlpatterns = [
    path("", views.home, name="home"),
    path("submit/", views.submit, name="submit"),
    path("follow/", views.follow, name="follow"),
    path("r/<str:number>/", views_own.own_request, name="own_request"),
    path("r/<str:number>/receipt/", views_own.receipt, name="own_receipt"),
    path("r/<str:number>/supplement/", views_own.supplement, name="own_supplement"),
    path("r/<str:number>/rate/", views_own.rate, name="own_rate"),
    path("r/<str:number>/rate/talk/", views_own.rate_by_talk, name="own_rate_by_talk"),
    path("r/<str:number>/enterprise/", views_enterprise.enterprise, name="own_enterprise"),
    path("r/<str:number>/withdraw/", views_own.withdraw, name="own_withdraw"),
]
