"""The handling unit's desk: what is due first, the one next step of each order, and a panel to take it in place.

Start reading at `views.inbox` (the list) and `panel.open_panel` (one step of one order, also used by the
supervision desk). What a person may do follows from `OrderView.allowed` only.
"""
