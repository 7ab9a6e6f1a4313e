"""The command that finds clips by words: search."""

from __future__ import annotations

from typing import Annotated

import typer

from heaters.cli.output import AsJson
from heaters.cli.running import command_runtime
from heaters.cli.similar import Limit, print_neighbours
from heaters.embeddings import load_embedder, require_text
from heaters.services.searching import clips_like

app = typer.Typer(rich_markup_mode=None)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT")], limit: Limit = 12, as_json: AsJson = False
) -> None:
    """List the clips that look most like a text says.

    It takes a model that reads text: see HEATERS_EMBEDDER.
    """
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
    print_neighbours(found, as_json=as_json)
