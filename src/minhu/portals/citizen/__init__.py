"""Pages of the citizen: reflect a matter in three steps, follow it, add to it, rate it, take it back."""
