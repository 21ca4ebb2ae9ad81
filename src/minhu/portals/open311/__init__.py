"""Open311 GeoReport v2 under `/open311/v2/`: XML as the standard requires, JSON beside it.

Source: the frozen GeoReport v2 specification and its service discovery; `servicerequestupdates` follows the extension
that is in wide use. Reading needs no key; reporting and adding need a token with the scope `open311`.
"""
