"""Pages for auditors: the five ledgers, checking, comparing, finding what was touched; evidence and traces of an order."""
