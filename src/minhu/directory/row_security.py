"""The SQL of row security, generated for every table with citizens' data.

``minhu_app`` is judged by the settings of its transaction (see ``access.py``); ``minhu_wide``, which
only actors with the scope 'all' may take, by nothing. Both policies are on the table; without
settings the first is false, so a forgotten scope shows nothing.
"""

from __future__ import annotations

from typing import Final

FUNCTION: Final = """
CREATE OR REPLACE FUNCTION minhu_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('minhu.scope', true), '')
$$;
CREATE OR REPLACE FUNCTION minhu_units() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_to_array(nullif(current_setting('minhu.units', true), ''), ',')::bigint[]
$$;
CREATE OR REPLACE FUNCTION minhu_requests() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_to_array(nullif(current_setting('minhu.requests', true), ''), ',')::bigint[]
$$;
"""
DROP_FUNCTION: Final = (
    "DROP FUNCTION IF EXISTS minhu_scope(); DROP FUNCTION IF EXISTS minhu_units();"
    " DROP FUNCTION IF EXISTS minhu_requests();"
)


def sees(request_column: str = "request_id", units_column: str = "unit_ids") -> str:
    """A predicate: the transaction's settings let ``minhu_app`` see the row.

    The settings stand in sub-selects, so that they are read once for a statement, not once for a row, and so
    that indexes on both columns can serve the policy.
    """
    return (
        f"((SELECT minhu_scope()) IN ('units', 'own') AND {request_column} = ANY ((SELECT minhu_requests())::bigint[]))"
        f" OR ((SELECT minhu_scope()) = 'units' AND {units_column} && (SELECT minhu_units()))"
    )


REACH: Final = """
CREATE OR REPLACE FUNCTION minhu_reach(beam text, part text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT jsonb_array_elements_text(
    coalesce(nullif(current_setting('minhu.reach', true), '')::jsonb -> beam -> part, '[]')))
$$;
"""
DROP_REACH: Final = "DROP FUNCTION IF EXISTS minhu_reach(text, text);"


def shared() -> str:
    """A predicate over orders: the sharing rules show the row to ``minhu_area``; mirrors ``rights.Reach.shows``."""

    def beam(name: str) -> str:
        parts = (("area_id", "areas"), ("request_type", "types"), ("state", "states"))
        return " AND ".join(
            f"{column} = ANY ((SELECT minhu_reach('{name}', '{part}'))::text[])" for column, part in parts
        )

    return (
        "(SELECT minhu_scope()) = 'areas' AND NOT confidential AND NOT sensitive"
        f" AND (({beam('upward')}) OR ({beam('downward')}))"
    )


def share(table: str, predicate: str, columns: str) -> str:
    """SQL that lets ``minhu_area`` read ``columns`` of the rows that ``predicate`` shows, and never write."""
    return (
        f"GRANT SELECT ({columns}) ON {table} TO minhu_area;\n"
        f"CREATE POLICY shared ON {table} FOR SELECT TO minhu_area USING ({predicate});\n"
    )


def unshare(table: str, columns: str) -> str:
    """SQL that undoes ``share``."""
    return f"DROP POLICY IF EXISTS shared ON {table};\nREVOKE SELECT ({columns}) ON {table} FROM minhu_area;\n"


def index_units(table: str) -> str:
    """SQL for the index by which a unit's lists find its rows among a million others (policy and filters alike)."""
    return f"CREATE INDEX {table}_units ON {table} USING gin (unit_ids);\n"


def drop_index_units(table: str) -> str:
    """SQL that undoes ``index_units``."""
    return f"DROP INDEX IF EXISTS {table}_units;\n"


def protect(table: str, predicate: str) -> str:
    """SQL that turns row security on for ``table``; ``predicate`` judges rows for ``minhu_app``."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY seen ON {table} FOR ALL TO minhu_app USING ({predicate}) WITH CHECK ({predicate});\n"
        f"CREATE POLICY wide ON {table} FOR ALL TO minhu_wide USING (true) WITH CHECK (true);\n"
    )


PAPERS: Final = """
CREATE OR REPLACE FUNCTION minhu_papers() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_to_array(nullif(current_setting('minhu.papers', true), ''), ',')
$$;
"""
DROP_PAPERS: Final = "DROP FUNCTION IF EXISTS minhu_papers();"


def keyed(column: str = "keys") -> str:
    """A predicate: the transaction holds one of the keys of a row of the knowledge room; without any it sees none."""
    return f"{column} && (SELECT minhu_papers())::varchar[]"


def protect_by_keys(table: str, predicate: str) -> str:
    """SQL that turns row security on for a table of documents; the wide role, which sees every order, is judged too."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY keyed ON {table} FOR ALL TO minhu_app, minhu_wide USING ({predicate}) WITH CHECK ({predicate});\n"
    )


def unprotect_by_keys(table: str) -> str:
    """SQL that undoes ``protect_by_keys``."""
    return f"DROP POLICY IF EXISTS keyed ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"


def unprotect(table: str) -> str:
    """SQL that undoes ``protect``."""
    return (
        f"DROP POLICY IF EXISTS seen ON {table};\nDROP POLICY IF EXISTS wide ON {table};\n"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
    )


def through(parent: str, column: str) -> str:
    """A predicate: the row is seen when its parent row is (``parent`` has row security itself)."""
    return f"EXISTS (SELECT 1 FROM {parent} parent WHERE parent.id = {column})"
