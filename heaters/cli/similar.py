"""The command that finds clips like a clip: similar."""

from __future__ import annotations

from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, Column
from heaters.cli.running import command_runtime
from heaters.repositories.embeddings import Neighbour
from heaters.services.searching import similar_clips

app = typer.Typer(rich_markup_mode=None)

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


@app.command()
def similar(
    clip: Annotated[int, typer.Argument(metavar="CLIP")], limit: Limit = 12, as_json: AsJson = False
) -> None:
    """List the clips that look most like one clip."""
    with command_runtime() as runtime, runtime.database.unit_of_work() as uow:
        found = similar_clips(uow, clip, limit=limit)
    print_neighbours(found, as_json=as_json)


def print_neighbours(found: list[Neighbour], *, as_json: bool) -> None:
    """Print clips and how alike they are, the most alike first."""
    if as_json:
        output.print_json(
            [
                {"clip_id": n.clip_id, "video_id": n.video_id, "similarity": round(n.similarity, 6)}
                for n in found
            ]
        )
    else:
        columns = [Column("clip"), Column("video"), Column("alike")]
        rows = [(n.clip_id, n.video_id, f"{n.similarity:.1%}") for n in found]
        output.print_table(columns, rows)
