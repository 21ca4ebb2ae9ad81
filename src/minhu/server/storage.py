"""Static files under names with their hash, compressed once, kept by browsers for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HouseStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also renames what our ES modules import from each other; a name it does not know is used as it is."""

    support_js_module_import_aggregation = True
    manifest_strict = False
