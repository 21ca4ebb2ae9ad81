"""Governance (治理): the city's requests understood as a whole.

Owns: figures over orders (volume, rates, overdue, hot categories and areas) and their export.

Invariants:
* Every figure names its source and the time of its data; the orders behind it are two clicks away.
* A figure on a page and the same figure in an export come from one query.

Start reading at ``queries.py``.
"""
