"""How values of environment variables are read, and the error that names the wrong one."""

from __future__ import annotations


class ConfigError(Exception):
    """An environment variable holds something that cannot be used; the message names it."""


def flag(variable: str, text: str) -> bool:
    """1 or 0, in the usual spellings."""
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{variable} is 1 or 0, not {text!r}")


def whole(variable: str, text: str, least: int, most: int) -> int:
    """A whole number between two others."""
    if text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise ConfigError(f"{variable} is a whole number from {least} to {most}, not {text!r}")
