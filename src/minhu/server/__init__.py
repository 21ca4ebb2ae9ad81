"""The composition root: settings, addresses, ASGI and WSGI applications, background loops, the `minhu` command.

Invariant: nothing imports this package. Start reading in `settings.py`, then `cli.py`.
"""
