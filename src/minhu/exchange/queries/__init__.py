"""Reads of the exchange room."""
