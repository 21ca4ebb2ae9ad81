"""The telephone exchange that the operator named: its events as they happen, and calls that it places for the house."""
