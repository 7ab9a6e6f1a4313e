"""Stage: turn a clip's keyframes into the vector by which it is found."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from heaters.embeddings import combine
from heaters.models import ArtifactKind, Clip, Video
from heaters.pipeline.task import Task
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.embeddings import EmbeddingRepository


def run(task: Task) -> None:
    """Embed the keyframes and store the vector of the configured model and strategy."""
    tools = task.tools
    with tools.database.unit_of_work() as uow:
        keyframes = ArtifactRepository(uow.session).of_clip(task.id, ArtifactKind.KEYFRAME)
    images = [
        np.asarray(Image.open(BytesIO(tools.store.get_bytes(artifact.key))).convert("RGB"))
        for artifact in keyframes
    ]
    embedder = tools.embedder()
    strategy = tools.settings.embedding_strategy
    vector = combine(strategy, embedder.embed_images(images))

    def write(uow: UnitOfWork, _row: Video | Clip) -> None:
        EmbeddingRepository(uow.session).put(
            task.id, model=embedder.name, strategy=strategy, vector=vector.tolist()
        )

    task.finish(write)
