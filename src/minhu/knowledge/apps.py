"""Django application of the knowledge room."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """Documents, passages, answers."""

    name = "minhu.knowledge"
    label = "knowledge"
    verbose_name = "知识"
