"""Django application of the portals."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """Pages for citizens and for every role at work."""

    name = "minhu.portals"
    label = "portals"
    verbose_name = "门户"
