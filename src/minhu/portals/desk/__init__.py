"""The dispatcher's board and the agent's form: what waits first, one key for each decision, nothing moves by itself.

Start reading at `board.lines` (what one row says and offers), `views.board` (the page) and `views_new.new` (the form).
"""
