"""Doors for other systems: where their signed messages arrive, and the administrator's pages of partners."""
