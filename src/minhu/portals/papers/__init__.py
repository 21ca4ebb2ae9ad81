"""Pages about what documents say together: contradictions, interpretations, questions, trees, the graph."""
