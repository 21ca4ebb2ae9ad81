"""Exchange (对接): other systems and other hotlines.

Owns: partners and their keys, the outbox of events, deliveries of signed messages, messages received, orders handed to
other hotlines, and what is published of orders (Open311).

Invariants:
* A message is written in the transaction of what it tells, and sent after the commit, until it arrives or is given up.
* What comes in is believed only with a fresh signature, does its work once, and only what the policy lets the partner's
  integration account do.
* No personal value leaves, except to a hotline whose agreement allows it, for an order that a person handed to it.

Start reading at ``models.py``, then ``services/delivering.py`` and ``services/incoming.py``.
"""
