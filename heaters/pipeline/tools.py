"""What a stage works with: the database, the store, ffmpeg, the embedder, room on this disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from heaters.config import Settings
from heaters.pipeline.scratch import Scratch
from heaters.repositories.database import Database
from heaters.storage.store import ObjectStore

if TYPE_CHECKING:
    from heaters.embeddings.embedder import Embedder


@dataclass
class Tools:
    """One per worker process, shared by its threads."""

    settings: Settings
    database: Database
    store: ObjectStore
    _embedder: Embedder | None = None
    _loading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def model_cache(self) -> Path:
        """Where models built from packages' weights are kept."""
        return self.settings.data_dir / "models"

    @property
    def folders(self) -> Scratch:
        """Where this host keeps what it can make again."""
        return Scratch(self.settings.data_dir / "scratch", self.settings.scratch_max_bytes)

    @contextmanager
    def scratch(self, prefix: str) -> Iterator[Path]:
        """Give an empty folder that is gone afterwards."""
        with self.folders.folder(prefix) as folder:
            yield folder.path

    def embedder(self) -> Embedder:
        """Return the configured embedder, loaded once per process."""
        with self._loading:
            if self._embedder is None:
                from heaters.embeddings import load_embedder
                from heaters.repositories.embeddings import EmbeddingRepository

                embedder = load_embedder(self.settings.embedder, self.model_cache)
                with self.database.unit_of_work() as uow:
                    EmbeddingRepository(uow.session).ensure_index(
                        model=embedder.name, dim=embedder.dim
                    )
                self._embedder = embedder
            return self._embedder
