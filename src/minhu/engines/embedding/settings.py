"""Who makes the house's vectors, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minhu.engines.endpoints import Endpoint, read_endpoint

KEY_FILE: Final = "embedding.key"
_LONGEST_PREFIX: Final = 300


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """An endpoint with what its model wants before questions and passages; no endpoint: the model inside the house."""

    endpoint: Endpoint | None = None
    query_prefix: str = ""
    passage_prefix: str = ""
    second_look: bool = True
    """Whether unsure categories are looked at again in the background."""


def embedding_settings(environ: Mapping[str, str] | None = None) -> EmbeddingSettings | None:
    """What the operator chose; None when switched off. Raises ValueError with a sentence that names the variable."""
    source = os.environ if environ is None else environ
    choice = source.get("MINHU_EMBEDDING", "").strip()
    endpoint = read_endpoint(source, "MINHU_EMBEDDING", KEY_FILE)
    if choice not in ("", "local", "remote", "none"):
        raise ValueError(f"MINHU_EMBEDDING is local, remote or none, not {choice!r}")
    if choice == "remote" and endpoint is None:
        raise ValueError("MINHU_EMBEDDING=remote needs MINHU_EMBEDDING_URL and MINHU_EMBEDDING_MODEL")
    look = source.get("MINHU_EMBEDDING_SECOND_LOOK", "").strip() or "1"
    if look not in ("0", "1"):
        raise ValueError(f"MINHU_EMBEDDING_SECOND_LOOK is 1 or 0, not {look!r}")
    if choice == "none":
        return None
    if choice == "local" or endpoint is None:
        return EmbeddingSettings(second_look=look == "1")
    prefixes = [source.get(f"MINHU_EMBEDDING_{name}_PREFIX", "") for name in ("QUERY", "PASSAGE")]
    if any(len(one) > _LONGEST_PREFIX or not one.isprintable() for one in prefixes):
        raise ValueError(f"MINHU_EMBEDDING_…_PREFIX is one line of at most {_LONGEST_PREFIX} characters")
    return EmbeddingSettings(endpoint, prefixes[0], prefixes[1], look == "1")
