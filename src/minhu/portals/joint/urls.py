"""Addresses of new types and joint decisions."""

from __future__ import annotations

from django.urls import path

from minhu.portals.joint import views

urlpatterns = [
    path("joint/", views.board, name="joint"),
    path("joint/new/", views.new, name="joint_new"),
    path("joint/mark/<str:number>/", views.mark, name="joint_mark"),
    path("joint/unmark/", views.unmark, name="joint_unmark"),
    path("joint/<int:case>/", views.case, name="joint_case"),
    path("joint/<int:case>/add/", views.add, name="joint_add"),
    path("joint/<int:case>/opinion/<int:unit>/", views.opinion, name="joint_opinion"),
    path("joint/<int:case>/decide/", views.decide, name="joint_decide"),
    path("joint/<int:case>/withdraw/", views.withdraw, name="joint_withdraw"),
]
