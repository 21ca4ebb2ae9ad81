"""A Model Context Protocol server over standard input and output: read-only tools, as far as the caller's role reaches.

Written by hand in a few hundred lines, because the official SDK brings a web server, an HTTP client and telemetry;
tests talk to it with the SDK's client. Each call proves the caller anew, runs in its own transaction under the policy
and row security, and changes nothing.
"""
