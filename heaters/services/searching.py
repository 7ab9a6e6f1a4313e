"""Find clips that look alike."""

from __future__ import annotations

from collections.abc import Sequence

from heaters.domain.errors import InvalidInput
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.embeddings import EmbeddingRepository, Neighbour


def similar_clips(uow: UnitOfWork, clip_id: int, *, limit: int) -> list[Neighbour]:
    """Return up to ``limit`` other clips, the most alike first, by the clip's newest embedding.

    Raises:
        NotFound: there is no such clip.
        InvalidInput: the clip has no embedding yet.
    """
    clip = ClipRepository(uow.session).get(clip_id)
    embeddings = EmbeddingRepository(uow.session)
    anchor = embeddings.newest(clip_id)
    if anchor is None:
        raise InvalidInput(
            f"clip {clip_id} is {clip.state}: it cannot be compared yet;"
            " approve it and wait until it is embedded"
        )
    return embeddings.nearest(
        anchor.vector,
        model=anchor.model,
        strategy=anchor.strategy,
        limit=limit,
        without_clip_id=clip_id,
    )


def clips_like(
    uow: UnitOfWork, vector: Sequence[float], *, model: str, strategy: str, limit: int
) -> list[Neighbour]:
    """Return up to ``limit`` clips whose vectors are nearest to ``vector``, of a text say."""
    return EmbeddingRepository(uow.session).nearest(
        vector, model=model, strategy=strategy, limit=limit
    )
