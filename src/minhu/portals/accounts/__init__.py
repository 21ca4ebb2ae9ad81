"""Sign-in, sign-out, one's own account."""
