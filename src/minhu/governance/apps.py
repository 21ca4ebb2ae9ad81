"""Django application of the governance room."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Figures over orders."""

    name = "minhu.governance"
    label = "governance"
    verbose_name = "治理"
