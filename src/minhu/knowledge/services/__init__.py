"""What the knowledge room does: documents in, checked, reviewed, published, ended."""
