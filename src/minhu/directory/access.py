"""Puts the policy to work: row security for the transaction, and guarded loading of objects.

Row security is fail-closed: the database role ``minhu_app`` sees no citizen's row until the
transaction has been told who acts. Actors whose scope is everything use the role ``minhu_wide``,
whose policies are plainly true, so that the planner may still use every index (a policy with a
condition would forbid index conditions whose operators are not leak-proof). What is shared between
levels is read as ``minhu_area``, which may read a few columns and write nothing (``sharing``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, LiteralString, Protocol, TypeVar

from django.db import connection, models
from django.db.models import Q, QuerySet
from psycopg.pq import TransactionStatus

from minhu.directory.policy import NO_REACH, Action, Facts, Purpose, Reach, Scope, ScopeKind, decide, scope_of
from minhu.kernel.actors import SYSTEM, Actor, current_actor, use_actor
from minhu.kernel.errors import NotAllowed, NotFound

APP_ROLE = "minhu_app"
WIDE_ROLE = "minhu_wide"
AREA_ROLE = "minhu_area"
_ROLES = {ScopeKind.ALL: WIDE_ROLE, ScopeKind.AREAS: AREA_ROLE}

_APPLY: LiteralString = (
    "SELECT set_config('role', %s, true), set_config('minhu.scope', %s, true),"
    " set_config('minhu.units', %s, true), set_config('minhu.requests', %s, true)"
)
_READ_AND_APPLY: LiteralString = (
    "WITH before AS MATERIALIZED (SELECT current_setting('role') AS role,"
    " coalesce(current_setting('minhu.scope', true), '') AS scope,"
    " coalesce(current_setting('minhu.units', true), '') AS units,"
    " coalesce(current_setting('minhu.requests', true), '') AS requests)"
    " SELECT role, scope, units, requests, set_config('role', %s, true), set_config('minhu.scope', %s, true),"
    " set_config('minhu.units', %s, true), set_config('minhu.requests', %s, true) FROM before"
)


class Governed(Protocol):
    """An object the policy can judge."""

    def facts(self) -> Facts:
        """What the policy needs to know of it."""


def settings_for(scope: Scope) -> tuple[str, str, str, str]:
    """Database role and the three settings that row security reads, for ``scope``."""
    role = _ROLES.get(scope.kind, APP_ROLE)
    units = ",".join(map(str, scope.unit_ids))
    requests = ",".join(map(str, scope.request_ids))
    return role, scope.kind.value, units, requests


def apply_scope(scope: Scope) -> None:
    """Tell the current transaction which rows are to be seen; forgotten at its end."""
    if not connection.in_atomic_block:
        raise RuntimeError("row security settings live in a transaction; open one first")
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, settings_for(scope))


def _is_broken() -> bool:
    raw = connection.connection
    return raw is None or raw.info.transaction_status == TransactionStatus.INERROR


_within_reach: ContextVar[bool] = ContextVar("minhu_within_reach", default=False)


@contextmanager
def many_actors(reason: str) -> Iterator[None]:
    """One transaction in which a program plays many people: every row is within reach, set once for all of it.

    The policy still judges each step in code; only the backstop of the database does not follow every change of
    actor. For the simulator, which plays a year in a minute.
    """
    with elevated(reason):
        token = _within_reach.set(True)
        try:
            yield
        finally:
            _within_reach.reset(token)


@contextmanager
def _scoped(scope: Scope) -> Iterator[None]:
    """Apply ``scope`` for a block and put back what was there.

    After an error of the database nothing can be put back, and need not: its savepoint or transaction is rolled
    back, and the settings with it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("row security settings live in a transaction; open one first")
    if _within_reach.get():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_READ_AND_APPLY, settings_for(scope))
        before = cursor.fetchone()[:4]
    try:
        yield
    finally:
        if not connection.needs_rollback and not _is_broken():
            with connection.cursor() as cursor:
                cursor.execute(_APPLY, before)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Do a block as ``actor``: the contextual actor and the row security of this transaction."""
    with use_actor(actor), _scoped(scope_of(actor)):
        yield actor


@contextmanager
def sharing(actor: Actor, reach: Reach) -> Iterator[None]:
    """Read in a block what the sharing rules show ``actor``, and nothing else of anybody (purpose: sharing).

    Within it the database answers a few columns of orders and of their history, and takes no writing.
    """
    scope = scope_of(actor, Action.VIEW_SHARED, Purpose.SHARING, reach)
    if scope.kind is not ScopeKind.AREAS:
        scope = Scope(ScopeKind.NONE)
    with _scoped(scope), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('minhu.reach', %s, true)", [_as_setting(scope.reach)])
        yield


def _as_setting(reach: Reach) -> str:
    beams = {"upward": reach.upward, "downward": reach.downward}
    return json.dumps(
        {
            name: {"areas": sorted(beam.areas), "types": sorted(beam.types), "states": sorted(beam.states)}
            for name, beam in beams.items()
        }
    )


@contextmanager
def elevated(reason: str) -> Iterator[None]:
    """Let a service read or write rows its caller may not see; ``reason`` is for the reader.

    Only services use it (``tests/architecture`` lists the call sites); the actor stays the same.
    """
    if not reason:
        raise ValueError("say why the service needs it")
    with _scoped(Scope(ScopeKind.ALL)):
        yield


def elevation(reason: str) -> tuple[LiteralString, tuple[str, ...]]:
    """The statement that elevates the rest of an outermost transaction, to be sent together with its first reads.

    Only for a service that opened the transaction itself and ends it: nothing puts the scope back before its end.
    """
    if not reason:
        raise ValueError("say why the service needs it")
    return _APPLY, settings_for(Scope(ScopeKind.ALL))


@contextmanager
def as_system() -> Iterator[Actor]:
    """Do a block as the program itself (sweeper, import, simulator set-up)."""
    with acting_as(SYSTEM) as actor:
        yield actor


M = TypeVar("M", bound=models.Model)


def scope_q(scope: Scope, request_field: str = "request_id", units_field: str = "unit_ids") -> Q:
    """The scope as a condition on a table that has a request id and an array of unit ids."""
    if scope.kind is ScopeKind.ALL:
        return Q()
    if scope.kind in (ScopeKind.NONE, ScopeKind.AUDIT):
        return Q(pk__in=[])
    if scope.kind is ScopeKind.AREAS:
        return _reach_q(scope.reach)
    own = Q(**{f"{request_field}__in": scope.request_ids})
    if scope.kind is ScopeKind.OWN:
        return own
    units = Q(**{f"{units_field}__overlap": list(scope.unit_ids)})
    return units | own if scope.request_ids else units


def _reach_q(reach: Reach) -> Q:
    beams = [beam for beam in (reach.upward, reach.downward) if beam.areas and beam.types and beam.states]
    shown = Q(pk__in=[])
    for beam in beams:
        shown |= Q(area_id__in=beam.areas, request_type__in=beam.types, state__in=beam.states)
    return shown & Q(confidential=False, sensitive=False)


def visible_to(
    rows: QuerySet[M],
    actor: Actor | None = None,
    action: Action = Action.VIEW_ORDER,
    *,
    purpose: Purpose | None = None,
    reach: Reach = NO_REACH,
    request_field: str = "request_id",
    units_field: str = "unit_ids",
) -> QuerySet[M]:
    """Only the rows on which ``decide`` allows ``action``; the same set as row security gives."""
    scope = scope_of(actor or current_actor(), action, purpose, reach)
    return rows.filter(scope_q(scope, request_field, units_field))


def require(action: Action, facts: Facts = Facts(), actor: Actor | None = None, purpose: Purpose | None = None) -> None:
    """Raise ``NotAllowed`` unless the policy grants ``action`` (for ``purpose``, where one is given)."""
    if not decide(actor or current_actor(), action, facts, purpose):
        raise NotAllowed("您没有进行此操作的权限。如工作需要，请联系管理员调整岗位。", code="not_allowed")


def get_for(rows: QuerySet[M], action: Action, actor: Actor | None = None, **lookup: Any) -> M:
    """Load one object and check the policy; what may not be seen looks as if it did not exist."""
    found = rows.filter(**lookup).first()
    if found is None or not decide(
        actor or current_actor(),
        Action.VIEW_ORDER,
        found.facts(),  # type: ignore[attr-defined]
    ):
        raise NotFound("没有找到这件事项，或者您无权查看。请核对编号。", code="not_found")
    require(action, found.facts(), actor)  # type: ignore[attr-defined]
    return found
