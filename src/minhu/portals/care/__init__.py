"""Pages of special needs: the citizen's own choice, the agent's marks, and the text relay."""
