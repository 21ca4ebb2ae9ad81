"""Pure rules of intake: no Django, no database."""
