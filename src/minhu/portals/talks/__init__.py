"""Talks: the citizen's page without an account, and the agents' list and page."""
