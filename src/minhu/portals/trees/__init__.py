"""Scenario trees: a list, an editor by mouse and keyboard, a walk for staff, a walk for everybody."""
