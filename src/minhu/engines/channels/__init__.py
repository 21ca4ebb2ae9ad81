"""Channels by which citizens speak from other platforms: their wire formats and their ways out; no Django, no database."""
