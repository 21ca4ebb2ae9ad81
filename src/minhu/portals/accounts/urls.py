"""Addresses of sign-in and the own account."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from minhu.portals.accounts import views, views_factors, views_own, views_second

urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("login/second/", views_second.second_page, name="second_step"),
    path("login/passkey/begin/", views_second.passkey_begin, name="passkey_begin"),
    path("login/passkey/", views_second.passkey_finish, name="passkey_finish"),
    path("login/oidc/", views_second.oidc_begin, name="oidc_begin"),
    path("login/oidc/return/", views_second.oidc_return, name="oidc_return"),
    path("logout/", views.logout_page, name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/factors/", views_factors.overview, name="factors"),
    path("account/factors/app/", views_factors.app, name="factor_app"),
    path("account/factors/codes/", views_factors.new_codes, name="factor_codes"),
    path("account/factors/passkey/begin/", views_factors.passkey_begin, name="factor_passkey_begin"),
    path("account/factors/passkey/", views_factors.passkey_finish, name="factor_passkey"),
    path("account/factors/<int:factor>/remove/", views_factors.remove, name="factor_remove"),
    path("account/sessions/", views_own.sessions, name="sessions"),
    path("account/sessions/others/end/", views_own.end_others, name="sessions_end_others"),
    path("account/sessions/<int:session>/end/", views_own.end_session, name="session_end"),
    path("account/away/", views_own.away, name="away"),
    path("account/away/<int:absence>/end/", views_own.back_early, name="away_end"),
    path("account/emergency/", views_own.emergency, name="emergency"),
    path("account/emergency/end/", views_own.end_emergency, name="emergency_end"),
]
if settings.MINHU_DEMO:
    urlpatterns.append(path("demo/login/<str:username>/", views.demo_login, name="demo_login"))
