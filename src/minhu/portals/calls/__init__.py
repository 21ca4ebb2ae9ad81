"""Pages of telephone calls: what was and what is, and their sound."""
