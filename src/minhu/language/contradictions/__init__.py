"""Contradictions (矛盾): two papers that are both valid say different things of the same matter.

Owns pure functions over passages: values with their sort, statements (a value and what it is said of), pairs that
differ. Invariants: a pair quotes words that stand in both papers at exact characters; papers that never hold at the same
place, and a paper with the one that it repeals, are never paired. Whether a pair is a contradiction, a person decides.
Start reading at `finding`.
"""
