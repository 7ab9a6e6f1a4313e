"""Embeddings: one vector per clip, model and strategy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from heaters.models.base import Table, time_field


class Embedding(Table, table=True):
    """A unit vector of ``dim`` half-precision numbers; upserted on (clip, model, strategy).

    The column has no fixed dimension, since models differ: each model has an HNSW index of its own
    (``repositories/embeddings.py``).
    """

    __table_args__ = (
        UniqueConstraint("clip_id", "model", "strategy"),
        CheckConstraint("vector_dims(vector) = dim", name="dim"),
    )

    id: int | None = Field(default=None, primary_key=True)
    clip_id: int = Field(foreign_key="clips.id")
    model: str
    strategy: str
    dim: int
    vector: Any = Field(sa_column=Column(HALFVEC(), nullable=False))
    created_at: datetime = time_field()
