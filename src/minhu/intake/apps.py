"""Django application of the intake room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Requests as received and what was understood of them."""

    name = "minhu.intake"
    label = "intake"
    verbose_name = "接诉"
