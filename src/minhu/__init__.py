"""Minhu (民呼): the open platform for government service hotlines.

Start reading in ARCHITECTURE.md; the rooms below are listed there from top to bottom.
"""

__version__ = "0.1.0"
