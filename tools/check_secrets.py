"""No key, token or password stands in a tracked file."""

from __future__ import annotations

import re
import sys

from common import shown, tracked

PATTERNS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}"),
    "a token of this product": re.compile(rb"\bmh_[A-Za-z0-9_-]{43}\b"),
    "a signing secret of messages": re.compile(rb"\bwhsec_[A-Za-z0-9+/]{32,}={0,2}"),
    "a key of a cloud": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bsk-[A-Za-z0-9]{32,}\b"),
    "an address with a password": re.compile(rb"\b(?:postgresql|postgres|smtps?|https?|ldaps?)://[^\s/:@'\"<>{}]+:(?!password@)[^\s/@'\"<>{}*]{6,}@"),
    "a long secret in an assignment": re.compile(
        rb"(?i)\b(?:secret|password|passwd|api_?key|token)\b['\"]?\s*[:=]\s*['\"](?=[^'\"]*[0-9])(?=[^'\"]*[A-Z])[A-Za-z0-9+/_=-]{32,}['\"]"
    ),
}  # fmt: skip


def main() -> int:
    """Print each finding with file and line; exit code 1 when there is one."""
    found = 0
    for path in tracked():
        if path.parent.name == "requirements" or path.name == "package-lock.json":
            continue
        content = path.read_bytes()
        for what, pattern in PATTERNS.items():
            for hit in pattern.finditer(content):
                found += 1
                line = content.count(b"\n", 0, hit.start()) + 1
                print(f"{shown(path)}:{line}: looks like {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
