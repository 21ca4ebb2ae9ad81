"""Documents are seen by whoever holds one of their keys; a search by words meets the same rows."""

from django.db import migrations

from minhu.directory.row_security import DROP_PAPERS, PAPERS, keyed, protect_by_keys, through, unprotect_by_keys

ROOTS = (
    "knowledge_document",
    "knowledge_version",
    "knowledge_passagerow",
    "knowledge_upload",
    "knowledge_source",
    "knowledge_notice",
)
BELOW = {
    "knowledge_finding": through("knowledge_version", "version_id"),
    "knowledge_uploaditem": through("knowledge_upload", "upload_id"),
    "knowledge_sourceitem": through("knowledge_source", "source_id"),
}
PROTECT = "".join(protect_by_keys(table, keyed()) for table in ROOTS) + "".join(
    protect_by_keys(table, predicate) for table, predicate in BELOW.items()
)
UNPROTECT = "".join(unprotect_by_keys(table) for table in (*BELOW, *ROOTS))


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial"), ("directory", "0008_knowledge_posts")]
    operations = [migrations.RunSQL(PAPERS, DROP_PAPERS), migrations.RunSQL(PROTECT, UNPROTECT)]
