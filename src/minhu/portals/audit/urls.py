"""Addresses of the auditors' pages, and of certificates and traces."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from minhu.portals.audit import access, books, compare, orders, overview

urlpatterns = [
    path("audit/", overview.overview, name="audit"),
    path("audit/verify/", overview.verify, name="audit_verify"),
    path("audit/progress/", overview.progress, name="audit_progress"),
    path("audit/books/", books.choose, name="audit_books"),
    path("audit/books/<str:name>/", books.listing, name="audit_book"),
    path("audit/books/<str:name>/export/", books.export, name="audit_export"),
    path("audit/entries/<uuid:uid>/", books.entry, name="audit_entry"),
    path("audit/compare/", compare.compare, name="audit_compare"),
    path("audit/touched/", compare.touched, name="audit_touched"),
    path("audit/contracts/", overview.contracts, name="audit_contracts"),
    path("audit/access/", access.listing, name="audit_access"),
    path("audit/access/export/", access.export, name="audit_access_export"),
    path("audit/orders/", orders.find, name="audit_orders"),
    path("audit/verify_certificate.py", orders.script, name="audit_script"),
    path("orders/<str:number>/trace/", orders.trace, name="order_trace"),
    path("orders/<str:number>/certificate/", orders.certificate, name="order_certificate"),
    path("orders/<str:number>/certificate.json", orders.certificate_file, name="order_certificate_file"),
    path("r/<str:number>/trace/", orders.own_trace, name="own_trace"),
    path("manage/ledger/", RedirectView.as_view(pattern_name="audit"), name="manage_ledger"),
    path("manage/ledger/access/", RedirectView.as_view(pattern_name="audit_access")),
    path("manage/ledger/entries/", RedirectView.as_view(pattern_name="audit_books")),
]
