"""Addresses of the knowledge pages."""

from __future__ import annotations

from django.urls import path

from minhu.portals.knowledge import (
    views,
    views_ask,
    views_document,
    views_questions,
    views_search,
    views_table,
    views_upload,
    views_watch,
)

urlpatterns = [
    path("knowledge/", views.listing, name="knowledge"),
    path("knowledge/search/", views_search.search_page, name="knowledge_search"),
    path("knowledge/ask/", views_ask.ask_page, name="knowledge_ask"),
    path("knowledge/passage/<int:version>/<int:number>/", views_ask.passage, name="knowledge_passage"),
    path("knowledge/questions/", views_questions.listing, name="knowledge_questions"),
    path("knowledge/questions/<int:question>/", views_questions.settle, name="knowledge_settle"),
    path("knowledge/upload/", views_upload.new, name="knowledge_upload_new"),
    path("knowledge/upload/<int:upload>/", views_upload.one, name="knowledge_upload"),
    path("knowledge/upload/<int:upload>/items/", views_upload.items, name="knowledge_upload_items"),
    path("knowledge/upload/<int:upload>/retry/", views_upload.retry_all, name="knowledge_retry_all"),
    path("knowledge/upload/retry/<int:item>/", views_upload.retry, name="knowledge_retry"),
    path("knowledge/<int:document>/", views_document.one, name="knowledge_document"),
    path("knowledge/<int:document>/changes/", views_document.changes, name="knowledge_changes"),
    path("knowledge/notices/", views_watch.notices, name="knowledge_notices"),
    path("knowledge/notices/<int:notice>/", views_watch.settle, name="knowledge_notice_settle"),
    path("knowledge/table/", views_table.take, name="knowledge_table"),
    path("knowledge/table/export/", views_table.export, name="knowledge_export"),
    path("knowledge/sources/", views_watch.sources, name="knowledge_sources"),
    path("knowledge/sources/<int:source>/", views_watch.source, name="knowledge_source"),
    path("knowledge/sources/<int:source>/switch/", views_watch.switch, name="knowledge_switch"),
    path("knowledge/sources/<int:source>/look/", views_watch.look, name="knowledge_look"),
    path("knowledge/sources/held/<int:item>/", views_watch.held, name="knowledge_held"),
    path("knowledge/<int:document>/entry/", views_document.entry, name="knowledge_entry"),
    path("knowledge/<int:document>/version/", views_document.new_version, name="knowledge_new_version"),
    path("knowledge/version/<int:version>/original/", views_document.original, name="knowledge_original"),
    path("knowledge/version/<int:version>/facts/", views_document.facts, name="knowledge_facts"),
    path("knowledge/version/<int:version>/<slug:move>/", views_document.move, name="knowledge_move"),
    path("knowledge/finding/<int:finding>/", views_document.answer, name="knowledge_answer"),
]
