"""Papers: what a reader of files saw (blocks) becomes clauses that can be found and cited (passages), and facts.

Pure functions. Invariants: a passage's words are the paper's words; every fact tells the words it was read from.
Start reading at ``types``, then ``cutting`` (blocks to passages) and ``facts``.
"""
