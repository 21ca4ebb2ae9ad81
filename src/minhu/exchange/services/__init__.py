"""Use cases of the exchange room."""
