"""Files of historic requests (历史数据导入): read, understood column by column, stored in batches, understood later.

Order of work: `reading` (file → table) → `detecting` (column → field) → `rows` (cells → draft, or a reason)
→ `matching` (names → directory) → `storing` (drafts → requests and orders, 500 in a transaction) → `catching_up`
(the first understanding, afterwards). Storing comes first because a city wants its history safe at once, and because
understanding costs several times as much; what is not understood yet is found again by its row in `ImportedRow`.

Invariants (tests/intake/test_import*.py): a batch is kept whole or not at all; a second run over the same file changes
nothing; a row that differs from what was stored is reported and never overwrites a request.
"""
