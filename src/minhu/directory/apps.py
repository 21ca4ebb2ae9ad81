"""Django application of the directory room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Areas, units, categories, catalogue, staff and access."""

    name = "minhu.directory"
    label = "directory"
    verbose_name = "机构"
