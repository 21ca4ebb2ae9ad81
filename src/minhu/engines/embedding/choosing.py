"""The one embedder of a process, by the operator's settings."""

from __future__ import annotations

from functools import lru_cache

from minhu.engines.embedding.local import LocalEmbedder, available
from minhu.engines.embedding.remembering import Remembering
from minhu.engines.embedding.remote import RemoteEmbedder
from minhu.engines.embedding.settings import EmbeddingSettings, embedding_settings
from minhu.engines.embedding.types import Embedder


def house_embedder() -> Embedder | None:
    """Who makes vectors here; None when switched off, or when no endpoint is set and the model does not run here.

    Loads no model: that happens with the first text.
    """
    settings = embedding_settings()
    if settings is None or (settings.endpoint is None and not available()):
        return None
    return _made(settings)


@lru_cache(maxsize=4)
def _made(settings: EmbeddingSettings) -> Embedder:
    endpoint = settings.endpoint
    return Remembering(LocalEmbedder() if endpoint is None else RemoteEmbedder(settings, endpoint))
