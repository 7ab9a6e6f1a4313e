"""Commands that find clips: similar, search."""

from __future__ import annotations

from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, command_runtime
from heaters.embeddings import load_embedder, require_text
from heaters.repositories.embeddings import Neighbour
from heaters.services.searching import clips_like, similar_clips

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(similar)
    app.command()(search)


def similar(
    clip: Annotated[int, typer.Argument(metavar="CLIP")], limit: Limit = 12, as_json: AsJson = False
) -> None:
    """List the clips that look most like one clip."""
    with command_runtime() as runtime, runtime.database.unit_of_work() as uow:
        found = similar_clips(uow, clip, limit=limit)
    _print(found, as_json=as_json)


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT")], limit: Limit = 12, as_json: AsJson = False
) -> None:
    """List the clips that look most like a text says, with a model that reads text."""
    with command_runtime() as runtime:
        settings = runtime.settings
        embedder = require_text(load_embedder(settings.embedder, settings.data_dir / "models"))
        (vector,) = embedder.embed_text([text])
        with runtime.database.unit_of_work() as uow:
            found = clips_like(
                uow,
                vector.tolist(),
                model=embedder.name,
                strategy=settings.embedding_strategy,
                limit=limit,
            )
    _print(found, as_json=as_json)


def _print(found: list[Neighbour], *, as_json: bool) -> None:
    if as_json:
        output.print_json(
            [
                {"clip_id": n.clip_id, "video_id": n.video_id, "similarity": round(n.similarity, 6)}
                for n in found
            ]
        )
    else:
        output.print_table(
            ["clip", "video", "alike"],
            [(n.clip_id, n.video_id, f"{n.similarity:.1%}") for n in found],
        )
