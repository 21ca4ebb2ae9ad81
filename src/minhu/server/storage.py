"""Static files under names with their hash, compressed once, kept by browsers for ever."""

from __future__ import annotations

from typing import Any, ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

_OURS = "minhu/*.js"


class HouseStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Renames what style sheets and our own ES modules refer to; a name it does not know is used as it is.

    Libraries are left as they are: their source maps are not shipped and they import nothing.
    """

    manifest_strict = False
    patterns: ClassVar[Any] = (
        (
            "*.css",
            tuple(
                pattern
                for pattern in CompressedManifestStaticFilesStorage.patterns[0][1]
                if "sourceMappingURL" not in str(pattern)
            ),
        ),
        (_OURS, CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
