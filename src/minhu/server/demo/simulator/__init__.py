"""Plays a year of the city 云溪市 through the real services: people who call, and people who work.

``run.simulate`` is the way in. A day's arrivals (``arrivals``) become cases (``cases``); the ``stage`` plays their
events in the order of time, each at its moment and in the name of a real account, and asks after every step which
comes next: at the centre (``desk``), at the units (``office``), with the citizen again (``afterwards``). Near its end
``showcase`` leaves work on every desk. The same seed gives the same year; running again only adds what is missing.
"""
