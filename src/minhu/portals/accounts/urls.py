"""Addresses of sign-in and the own account."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from minhu.portals.accounts import views

urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("logout/", views.logout_page, name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
]
if settings.MINHU_DEMO:
    urlpatterns.append(path("demo/login/<str:username>/", views.demo_login, name="demo_login"))
