"""Where this installation keeps its database, files and keys: MINHU_HOME."""

import os
from pathlib import Path


def minhu_home() -> Path:
    """Return the directory named by the environment variable MINHU_HOME (default `.minhu`), absolute."""
    return Path(os.environ.get("MINHU_HOME") or ".minhu").expanduser().absolute()
