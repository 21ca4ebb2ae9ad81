"""Pages of the knowledge room under /knowledge/."""
