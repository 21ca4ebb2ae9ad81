"""Pages of possible social assistance: decided on the order, answered by civil affairs."""
