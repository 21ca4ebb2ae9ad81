"""Answers from papers: which passage a question means, the words that answer it, or an honest 'not found'.

Owns pure functions over passages (`language.papers`) that a store hands over; no Django, no database, no network.
Invariants: an answer is made of words of the paper it cites, at exact characters; what the passage does not support is
not said; the same scoring serves the page, the interface for programs and `minhu evaluate answers`.
Start reading at `answering`.
"""
