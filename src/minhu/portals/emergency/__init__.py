"""Pages of hand-overs to 110, 119, 120 and 122: the list, one hand-over, its paper, and the services."""
