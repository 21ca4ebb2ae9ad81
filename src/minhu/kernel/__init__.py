"""Kernel: what every room needs and nothing more; standard library only, no Django.

Owns: the clock, who is acting, in-process events, the one error root, order numbers, masks for
personal values and the working calendar (`minhu.kernel.calendar`).

Invariants: time is read only through `clock.now()` (aware UTC); an error that a person may see is a
`MinhuError` with a Chinese message that says what to do; nothing here imports another room.

Start reading: `errors.py`, `clock.py`, then `calendar/working.py`.
"""
