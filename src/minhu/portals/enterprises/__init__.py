"""Pages of enterprises that agreed to answer consumers first."""
