"""Reads of the knowledge room; every one within `reach.reading`, so that row security judges it too."""
