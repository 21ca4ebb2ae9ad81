"""The fictional demo city 云溪市: its directory, its words and the people who call.

Everything in ``data/`` is invented; codes use the unused prefix 99, telephones the unused ranges 1990000 and 0990-555.
Start with ``world`` (what the files hold), then ``texts`` (how a citizen's message is put together).
"""
