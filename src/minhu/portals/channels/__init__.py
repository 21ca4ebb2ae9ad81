"""Doors of the channels by which citizens speak from other platforms, and their administration."""
