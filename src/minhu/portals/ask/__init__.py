"""Asking without signing in: a page, a window that other sites show, and the script that brings it there."""
