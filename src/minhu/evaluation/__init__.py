"""Evaluation (评估): ratings, callbacks, exclusions and the three rates.

Owns: ratings of citizens, exclusion requests and their decisions, the definitions of the rates.

Invariants:
* A rating is never overwritten; an exclusion shows both figures, before and after.
* Ranking of units is a switch, off by default.

Start reading at ``domain.py``.
"""
