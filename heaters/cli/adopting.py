"""The command that makes a store this library's: adopt."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson
from heaters.cli.running import command_runtime
from heaters.connection import open_configured_store
from heaters.domain.errors import Cancelled
from heaters.services.installation import Ownership, adopt_store, look_at_store

app = typer.Typer(rich_markup_mode=None)


@app.command()
def adopt(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the object store this library's.

    It says what lies there, and marks the store after asking.
    """
    with command_runtime() as runtime:
        store = open_configured_store(runtime.settings)
        found = look_at_store(runtime.database, store)
        is_ours = found.marker == found.installation
        if not as_json:
            output.say(_words(found))
        if not is_ours:
            if not yes and not typer.confirm("Make it this library's?", err=True):
                raise Cancelled("nothing was changed")
            adopt_store(runtime.database, store)
    if as_json:
        output.print_json(asdict(found) | {"adopted": not is_ours})
    else:
        output.say("nothing to do" if is_ours else f"{found.place} is this library's now")


def _words(found: Ownership) -> str:
    if found.marker == found.installation:
        return f"{found.place} is this library's already."
    seen = f"{found.seen:,}" if found.seen < 1000 else "at least 1,000"
    owner = (
        f"It is marked as installation {found.marker[:36]}'s."
        if found.marker
        else ("No installation has marked it.")
    )
    return (
        f"{found.place} holds {seen} objects: {found.ours} are this library's, "
        f"{found.unknown} look like another's, the rest is none of Heaters'.\n{owner}\n"
        "Once it is this library's, its old owner is refused. Objects of Heaters that this "
        "library does not name are deleted after HEATERS_RETENTION_DAYS, masters never."
    )
