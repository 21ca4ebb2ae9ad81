"""The media gateway: calls come in by WebSocket, are heard, answered, joined with an agent, recorded.

Invariants: the event loop waits for no database, file or model; a socket that breaks ends no call; what a client sends is
bounded in size, pace and number; sound is 20 ms frames whose time is their place in the call. Start in `gateway.py`.
"""
