"""Callers that are none: sound like speech, an endpoint that knows what it says, and calls played against the gateway.

For tests, figures and rehearsals; nothing of it runs in service.
"""
