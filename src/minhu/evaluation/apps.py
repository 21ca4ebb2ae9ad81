"""Django application of the evaluation room."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Ratings and the three rates."""

    name = "minhu.evaluation"
    label = "evaluation"
    verbose_name = "评估"

    def ready(self) -> None:
        """Subscribe to the news from handling; talks of intake learn here who keeps ratings."""
        from minhu.evaluation import subscribers  # noqa: F401, PLC0415
        from minhu.evaluation.surveyed import keep_answers, still_asked
        from minhu.intake.services.opinions import kept_by

        kept_by(keep_answers, still_asked)
