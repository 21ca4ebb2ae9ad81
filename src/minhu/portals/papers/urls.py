"""Addresses of these pages; they stand under /knowledge/."""

from __future__ import annotations

from django.urls import path

from minhu.portals.papers import contradictions, graph, interpretations, pairs

urlpatterns = [
    path("knowledge/contradictions/", contradictions.listing, name="contradictions"),
    path("knowledge/contradictions/<int:pk>/", contradictions.judged, name="contradiction"),
    path("knowledge/interpretation/<int:version>/", interpretations.page, name="interpretation"),
    path("knowledge/interpretation/<int:version>/file.docx", interpretations.file, name="interpretation_file"),
    path("knowledge/graph/", graph.everything, name="knowledge_graph_all"),
    path("knowledge/<int:document>/graph/", graph.page, name="knowledge_graph"),
    path("knowledge/pairs/", pairs.queue, name="pairs"),
    path("knowledge/pairs/<int:pk>/", pairs.review, name="pair_review"),
]
