"""辖区事项: what the levels share with a unit about its area."""
