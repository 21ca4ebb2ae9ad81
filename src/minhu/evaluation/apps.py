"""Django application of the evaluation room."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Ratings and the three rates."""

    name = "minhu.evaluation"
    label = "evaluation"
    verbose_name = "评估"

    def ready(self) -> None:
        """Subscribe to the news from handling."""
        from minhu.evaluation import subscribers  # noqa: F401, PLC0415
