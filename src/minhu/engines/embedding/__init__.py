"""Texts as directions: near in meaning is near in angle. A model inside the house, an endpoint, or none.

`choosing.house_embedder()` gives what the operator chose, `types` what it takes and gives. Nothing is loaded before the
first text; whatever fails raises `types.Unembedded`, so that there is always a way on without vectors.
"""

from minhu.engines.embedding.settings import EmbeddingSettings, embedding_settings

__all__ = ["EmbeddingSettings", "embedding_settings"]
