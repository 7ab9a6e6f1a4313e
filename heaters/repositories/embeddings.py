"""Vectors: upsert, the index of each model, and the nearest neighbours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pgvector import HalfVector
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import cast, func, literal, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from heaters.domain.lifecycle import ClipState
from heaters.models import Clip, Embedding

EF_SEARCH = 200
"""Candidates that an HNSW search keeps; docs/adr/0009 has recall and time against it."""


@dataclass(frozen=True)
class Neighbour:
    """A clip and how alike it is: ``similarity`` is the cosine, from -1 to 1."""

    clip_id: int
    video_id: int
    similarity: float


def index_name(model: str) -> str:
    """Return the name of a model's index: no two models share one, however long their names."""
    return "hnsw_" + hashlib.sha256(model.encode()).hexdigest()[:12]


class EmbeddingRepository:
    """Embeddings of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, clip_id: int, *, model: str, strategy: str, vector: Sequence[float]) -> None:
        """Store the vector of (clip, model, strategy), in place of an earlier one."""
        statement = insert(Embedding).values(
            clip_id=clip_id,
            model=model,
            strategy=strategy,
            dim=len(vector),
            vector=HalfVector(list(vector)),
            created_at=func.clock_timestamp(),
        )
        self._session.exec(
            statement.on_conflict_do_update(
                index_elements=["clip_id", "model", "strategy"],
                set_={
                    "dim": statement.excluded.dim,
                    "vector": statement.excluded.vector,
                    "created_at": statement.excluded.created_at,
                },
            )
        )

    def newest(self, clip_id: int) -> Embedding | None:
        """Return the clip's newest embedding, by whatever model and strategy; None without one."""
        query = select(Embedding).where(Embedding.clip_id == clip_id)
        return self._session.exec(query.order_by(col(Embedding.created_at).desc())).first()

    def ensure_index(self, *, model: str, dim: int) -> None:
        """Make the model's own HNSW index (cosine, half precision) unless it is there.

        Models differ in dimension, and an index needs one: so each model has a partial index over
        its own rows. Processes that ask at once wait for one another.
        """
        if not re.fullmatch(r"[\w.:/-]{1,100}", model):
            raise ValueError(f"not a model name: {model!r}")
        name = index_name(model)
        self._session.exec(select(func.pg_advisory_xact_lock(func.hashtext(name))))
        self._session.exec(  # pyright: ignore[reportCallIssue]
            text(  # pyright: ignore[reportArgumentType]
                f'CREATE INDEX IF NOT EXISTS "{name}" ON embeddings USING hnsw'
                f" ((vector::halfvec({dim})) halfvec_cosine_ops) WHERE model = '{model}'"
            )
        )

    def nearest(
        self,
        vector: Sequence[float],
        *,
        model: str,
        strategy: str,
        limit: int,
        without_clip_id: int | None = None,
    ) -> list[Neighbour]:
        """Return up to ``limit`` embedded clips, the most alike first."""
        for setting in (f"ef_search = {EF_SEARCH}", "iterative_scan = relaxed_order"):
            self._session.exec(text(f"SET LOCAL hnsw.{setting}"))  # pyright: ignore
        dim = len(vector)
        distance = cast(Embedding.vector, HALFVEC(dim)).cosine_distance(HalfVector(list(vector)))
        query = (
            select(Embedding.clip_id, Clip.video_id, distance)
            .join(Clip, col(Clip.id) == col(Embedding.clip_id))
            .where(
                # written out, not bound: the planner must see that the partial index applies
                col(Embedding.model) == literal(model, literal_execute=True),
                Embedding.strategy == strategy,
                Clip.state == ClipState.EMBEDDED,
            )
            .order_by(distance)
            .limit(limit)
        )
        if without_clip_id is not None:
            query = query.where(Embedding.clip_id != without_clip_id)
        found = [
            Neighbour(clip_id, video_id, 1.0 - distance)
            for clip_id, video_id, distance in self._session.exec(query)
        ]
        return sorted(found, key=lambda neighbour: -neighbour.similarity)
