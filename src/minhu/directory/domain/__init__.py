"""Pure rules of the directory: rule sets as types, the dispatch catalogue, checks of posts. No Django."""
