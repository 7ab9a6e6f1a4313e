"""Find clips that look alike."""

from __future__ import annotations

from collections.abc import Sequence

from heaters.domain.errors import InvalidInput
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.embeddings import EmbeddingRepository, Neighbour


def similar_clips(
    uow: UnitOfWork, clip_id: int, *, model: str, strategy: str, limit: int
) -> list[Neighbour]:
    """Return up to ``limit`` other clips, the most alike first.

    Raises:
        NotFound: there is no such clip.
        InvalidInput: the clip has no vector of this model and strategy yet.
    """
    clip = ClipRepository(uow.session).get(clip_id)
    embeddings = EmbeddingRepository(uow.session)
    anchor = embeddings.get(clip_id, model=model, strategy=strategy)
    if anchor is None:
        raise InvalidInput(
            f"clip {clip_id} is {clip.state}: it has no {model} vector yet;"
            " approve it and wait until it is embedded"
        )
    return embeddings.nearest(
        anchor.vector.to_list(),
        model=model,
        strategy=strategy,
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
