"""Scenario trees (情景树): drafted from papers and from what was asked, matched with a question. Pure functions.

A tree asks step by step; each of its ends is a clause, so nothing in a draft says more than the paper it was made from.
People edit a draft before anybody else sees it.
"""
