"""Django application of the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Entries, checkpoints and the reading log."""

    name = "minhu.ledger"
    label = "ledger"
    verbose_name = "账本"
