"""Message boards of other platforms: their door, their administration, and their posts on the desk."""
