"""Reads of the directory, one module for each subject."""

from minhu.directory.queries.actors import (
    actor_of_session,
    actor_of_staff,
    citizen_actor,
    grow_own_requests,
    partner_actor,
)

__all__ = ["actor_of_session", "actor_of_staff", "citizen_actor", "grow_own_requests", "partner_actor"]
