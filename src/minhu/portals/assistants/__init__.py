"""Pages of the assistants of the process and of the daily brief."""
