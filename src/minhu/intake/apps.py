"""Django application of the intake room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Requests as received and what was understood of them."""

    name = "minhu.intake"
    label = "intake"
    verbose_name = "接诉"

    def ready(self) -> None:
        """Budget and breaker of the chat model are kept here, in the database, for all rooms; calls in vain are called back."""
        import minhu.intake.subscribers  # noqa: F401
        from minhu.engines.chat import house
        from minhu.intake.services.chat_keeper import SharedKeeper

        house.kept_by(SharedKeeper)
