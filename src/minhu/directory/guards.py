"""The SQL of what the directory's tables keep by themselves, whoever writes to them.

* A published version (category tree, catalogue, rule set) and everything in it is never edited or deleted;
  its state only moves draft → published → retired.
* Nobody holds two administrators' posts at a time, nor one beside any other post (三员分立).
* Every change gives its topic a new stamp (``directory_revision``), by which processes notice it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

VERSIONS: Final = ("directory_taxonomy", "directory_catalogueversion", "directory_ruleset")
PARTS: Final = {
    "directory_category": ("directory_taxonomy", "taxonomy_id"),
    "directory_catalogueitem": ("directory_catalogueversion", "version_id"),
}
TOPICS: Final = {
    "areas": ("directory_area", "directory_landmark"),
    "units": ("directory_unit",),
    "categories": ("directory_taxonomy", "directory_category"),
    "catalogue": ("directory_catalogueversion", "directory_catalogueitem"),
    "rules": ("directory_ruleset",),
    "tokens": ("directory_apitoken",),
}

KEEP_VERSION: Final = """
CREATE FUNCTION minhu_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' AND (TG_OP = 'DELETE' OR NEW.state IN ('draft', 'published')) THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'retired'))
     AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published version is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
KEEP_PART: Final = """
CREATE FUNCTION minhu_keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  part jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  state text;
BEGIN
  EXECUTE format('SELECT state FROM %I WHERE id = $1', TG_ARGV[0]) INTO state
    USING (part ->> TG_ARGV[1])::bigint;
  IF state = 'draft' AND TG_OP = 'UPDATE' AND to_jsonb(OLD) -> TG_ARGV[1] <> to_jsonb(NEW) -> TG_ARGV[1] THEN
    EXECUTE format('SELECT state FROM %I WHERE id = $1', TG_ARGV[0]) INTO state
      USING (to_jsonb(OLD) ->> TG_ARGV[1])::bigint;
  END IF;
  IF state IS DISTINCT FROM 'draft' AND state IS NOT NULL THEN
    RAISE EXCEPTION 'a published version is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
KEEP_APART: Final = """
CREATE FUNCTION minhu_keep_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  administrators text[] := ARRAY['system_admin', 'security_admin', 'audit_admin'];
BEGIN
  PERFORM pg_advisory_xact_lock(7123450, NEW.staff_id::int);
  IF EXISTS (
    SELECT 1 FROM directory_post other
    WHERE other.staff_id = NEW.staff_id AND other.id IS DISTINCT FROM NEW.id AND other.role <> NEW.role
      AND (NEW.role = ANY (administrators) OR other.role = ANY (administrators))
      AND daterange(other.valid_from, other.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')
  ) THEN
    RAISE EXCEPTION 'an administrator holds no second role' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_apart BEFORE INSERT OR UPDATE ON directory_post
  FOR EACH ROW EXECUTE FUNCTION minhu_keep_apart();
"""
STAMP: Final = """
CREATE FUNCTION minhu_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO directory_revision (topic, stamp) VALUES (TG_ARGV[0], gen_random_uuid())
    ON CONFLICT (topic) DO UPDATE SET stamp = excluded.stamp;
  RETURN NULL;
END $$;
"""


def triggers(
    versions_of: Iterable[str] = VERSIONS,
    parts_of: Mapping[str, tuple[str, str]] = PARTS,
    topics: Mapping[str, tuple[str, ...]] = TOPICS,
) -> str:
    """SQL that lets the tables of versions, of their parts and of topics keep themselves (tables as in the constants)."""
    versions = "".join(
        f"CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION minhu_keep_version();\n"
        for table in versions_of
    )
    parts = "".join(
        f"CREATE TRIGGER keep_part BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION minhu_keep_part('{parent}', '{column}');\n"
        for table, (parent, column) in parts_of.items()
    )
    stamps = "".join(
        f"CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION minhu_stamp('{topic}');\n"
        for topic, tables in topics.items()
        for table in tables
    )
    return versions + parts + stamps


GUARDS: Final = KEEP_VERSION + KEEP_PART + KEEP_APART + STAMP + triggers()
UNGUARD: Final = (
    "DROP FUNCTION minhu_keep_version CASCADE; DROP FUNCTION minhu_keep_part CASCADE;"
    " DROP FUNCTION minhu_keep_apart CASCADE; DROP FUNCTION minhu_stamp CASCADE;"
)
