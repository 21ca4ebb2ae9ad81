"""Django application of the handling room."""

from django.apps import AppConfig


class HandlingConfig(AppConfig):
    """Work orders, clocks and supervision."""

    name = "minhu.handling"
    label = "handling"
    verbose_name = "办理"

    def ready(self) -> None:
        """Subscribe to the news from intake; talks of intake learn here how orders stand."""
        from minhu.handling import subscribers  # noqa: F401, PLC0415
        from minhu.handling.queries.standing import standing
        from minhu.intake.services.standing import told_by

        told_by(standing)
