"""The leader's board: figures first, then why, then the orders behind any figure."""
