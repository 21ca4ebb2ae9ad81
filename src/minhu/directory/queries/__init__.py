"""Reads of the directory, one module for each subject."""

from minhu.directory.queries.actors import actor_of_session, actor_of_staff, grow_own_requests

__all__ = ["actor_of_session", "actor_of_staff", "grow_own_requests"]
