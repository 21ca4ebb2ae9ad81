"""Addresses of the order's pages."""

from __future__ import annotations

from django.urls import path

from minhu.portals.orders import views, views_intake, views_list, views_sight, views_steps

urlpatterns = [
    path("orders/", views_list.order_list, name="orders"),
    path("orders/export/", views_list.export, name="orders_export"),
    path("orders/sheet/", views_list.print_list, name="orders_print"),
    path("orders/choices/<str:kind>/", views.choices, name="order_choices"),
    path("orders/peek/", views.peek, name="order_peek"),
    path("orders/who/", views_sight.find, name="order_sight_find"),
    path("orders/<str:number>/who/", views_sight.sight, name="order_sight"),
    path("orders/<str:number>/", views.order_page, name="order"),
    path("orders/<str:number>/print/", views.print_order, name="order_print"),
    path("orders/<str:number>/reveal/<str:field>/", views.reveal, name="order_reveal"),
    path("orders/<str:number>/steps/<str:step>/", views_steps.step, name="order_step"),
    path("orders/<str:number>/elements/", views_intake.keep, name="order_keep"),
    path("orders/<str:number>/part/", views_steps.part, name="order_part"),
    path("orders/<str:number>/decision/", views_intake.decision, name="order_decision"),
    path("orders/<str:number>/advice/<str:field>/", views_intake.advice, name="order_advice"),
]
