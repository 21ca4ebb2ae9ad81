"""Django application of the exchange room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Partners, signed messages and transfers."""

    name = "minhu.exchange"
    label = "exchange"
    verbose_name = "对接"

    def ready(self) -> None:
        """Subscribe to the news from handling and evaluation."""
        from minhu.exchange import subscribers  # noqa: F401, PLC0415
