"""Image (and text) embedding models behind one protocol."""

from heaters.embeddings.embedder import require_text as require_text
from heaters.embeddings.loading import load_embedder as load_embedder
from heaters.embeddings.vectors import combine as combine
