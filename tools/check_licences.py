"""Licences of every locked package against lists of what may be shipped and what may be used for development.

Read from the installed packages' own metadata. `requirements/otel.txt` and `requirements/voice.txt` hold what runs in
service (with the optional parts), `requirements/dev.txt` everything. A package that belongs on this machine and is not installed is a finding.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from common import ROOT, report
from packaging.markers import Marker

SHIPPED = frozenset({
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "MIT-0",
    "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip
"""Beside our Apache-2.0; LGPL packages stay packages of their own that anybody can replace."""
DEVELOPMENT = SHIPPED | {"CNRI-Python", "GPL-3.0-or-later", "ZPL-2.1"}
"""Programs that help developers and never leave with the house."""
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
SAID_ELSEWHERE = {"axe-playwright-python": {"MIT"}, "pypdfium2": {"BSD-3-Clause", "Apache-2.0"}}
"""Packages whose metadata is silent or a sentence; read in the licence files that they ship."""
_LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")


def locked(name: str) -> Iterator[tuple[str, str]]:
    """Names and versions of a lock file that belong on this machine and this Python."""
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        found = _LOCKED.match(line)
        if found and (not found[3] or Marker(found[3]).evaluate()):
            yield found[1], found[2]


def licences(package: str) -> set[str]:
    """Every licence that a package names, by its SPDX name; of alternatives ('OR') all are named.

    Raises PackageNotFoundError.
    """
    about = metadata.metadata(package)
    said = [part for part in re.split(r"\s+(?:AND|OR)\s+|[()]", about.get("License-Expression") or "") if part]
    if not said:
        classifiers = about.get_all("Classifier") or []
        said = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: OSI Approved :: ")]
    if not said and (text := (about.get("License") or "").strip()):
        said = re.split(r"\s+(?:AND|OR)\s+", text.splitlines()[0])
    if package in SAID_ELSEWHERE:
        return set(SAID_ELSEWHERE[package])
    return {NAMES.get(one, one) for one in said}


def findings() -> Iterator[str]:
    """Packages with no licence, or one that is on no list."""
    shipped = {name for file in ("otel.txt", "voice.txt") for name, _version in locked(file)}
    for name, version in locked("dev.txt"):
        try:
            found = licences(name)
        except metadata.PackageNotFoundError:
            yield f"{name} {version}: locked and not installed; run make setup"
            continue
        allowed = SHIPPED if name in shipped else DEVELOPMENT
        if not found:
            yield f"{name} {version}: names no licence"
        elif found - allowed:
            use = "shipped with the house" if name in shipped else "used for development"
            yield f"{name} {version}: {', '.join(sorted(found - allowed))} is not on the list of what is {use}"


if __name__ == "__main__":
    sys.exit(report("licences", findings()))
