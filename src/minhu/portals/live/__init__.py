"""Live updates: one server-sent event stream a page at /events/, fed by PostgreSQL's NOTIFY.

`announcing` sends keys (never words of a citizen) when an order has changed; `listening` holds one database connection
a process and hands each change to the clients whose scope it belongs to; `views` opens a stream for a session.
A lost hint costs nothing: pages show the truth whenever they are loaded.
"""
