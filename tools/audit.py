"""`make audit`: locked packages against published advisories, withdrawn versions, and the list of licences.

Advisories and withdrawals are asked of the package index that pip is set up with, one package after another. Where
the index does not answer, that is said in one sentence and the command fails (exit code 2): an audit that could not
look has found nothing out. Findings give exit code 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import requests
from check_licences import findings as licence_findings
from check_licences import locked
from common import report
from pip._internal.models.index import PyPI

CONTROL = ("requests", "2.19.1")
"""A version with advisories that everybody publishes: an index that knows none of them publishes none at all."""
SECONDS = 20


class NotServedError(Exception):
    """The index does not say what was asked; the text is the sentence for the operator."""


class Index:
    """The package index, by its two interfaces that say something about safety."""

    def __init__(self, simple: str = "") -> None:
        self._session = requests.Session()
        set_up = simple or os.environ.get("PIP_INDEX_URL") or subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
        ).stdout.strip()  # fmt: skip
        self._simple = (set_up or PyPI.simple_url).rstrip("/")
        self._root = self._simple.removesuffix("/simple")

    def advisories(self, name: str, version: str) -> list[str]:
        """Numbers of the advisories for a version; raises NotServedError."""
        found = self._asked(f"{self._root}/pypi/{name}/{version}/json", "application/json").get("vulnerabilities")
        if found is None:
            raise NotServedError("its answers have no advisories")
        return [
            f"{one['id']} {' '.join(one.get('fixed_in') or ['no fix'])}" for one in found if not one.get("withdrawn")
        ]

    def withdrawn(self, name: str, version: str) -> str:
        """Why a version was withdrawn ('yanked') by its authors, '' when it was not; raises NotServedError."""
        listed = self._asked(f"{self._simple}/{name}/", "application/vnd.pypi.simple.v1+json").get("files", [])
        marks = (f"-{version}-", f"-{version}.tar.gz", f"-{version}.zip")
        files = [one for one in listed if any(mark in one["filename"] for mark in marks)]
        if not files:
            raise NotServedError(f"it no longer lists {name} {version}")
        reasons = [one["yanked"] for one in files if one.get("yanked")]
        return "" if len(reasons) < len(files) else str(reasons[0])

    def _asked(self, address: str, kind: str) -> dict[str, Any]:
        try:
            answer = self._session.get(address, headers={"Accept": kind}, timeout=SECONDS)
        except requests.RequestException as error:
            raise NotServedError(f"it cannot be reached ({type(error).__name__})") from error
        if answer.status_code != 200:
            raise NotServedError(f"it answers {answer.status_code}")
        try:
            said: dict[str, Any] = answer.json()
        except ValueError as error:
            raise NotServedError("its answers are not JSON") from error
        return said


def advisories(index: Index, packages: list[tuple[str, str]]) -> list[str]:
    """Known weaknesses of the locked versions; raises NotServedError when the index tells none even of the control."""
    if not index.advisories(*CONTROL):
        raise NotServedError("it names no advisory even for a version that is known to have some")
    return [f"{name} {version}: {one}" for name, version in packages for one in index.advisories(name, version)]


def withdrawals(index: Index, packages: list[tuple[str, str]]) -> list[str]:
    """Locked versions that their authors took back; raises NotServedError."""
    return [f"{name} {version}: {why}" for name, version in packages if (why := index.withdrawn(name, version))]


def main() -> int:
    """Run all three; the worst answer is the exit code."""
    index, packages = Index(), sorted(set(locked("dev.txt")))
    worst = report("licences", licence_findings())
    for what, look in (("withdrawn versions", withdrawals), ("advisories", advisories)):
        try:
            worst = max(worst, report(f"{what} of {len(packages)} packages", look(index, packages)))
        except NotServedError as error:
            print(f"{what}: NOT CHECKED, because the package index does not tell them here: {error}.")
            worst = 2
    return worst


if __name__ == "__main__":
    sys.exit(main())
