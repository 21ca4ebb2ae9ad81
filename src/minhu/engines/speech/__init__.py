"""The ground of the telephone: sound, voice activity and turns, call events, recognisers.

Invariants: sound is int16, one channel, 8 or 16 kHz, in frames of 20 ms; nothing here waits, stores or logs what was
said; time comes with the call. Start reading in `line.py`, or `recognising.py` for words.
"""
