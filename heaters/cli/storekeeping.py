"""Commands that look after the object store: adopt, sweep."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson
from heaters.cli.running import command_runtime
from heaters.connection import open_configured_store
from heaters.domain.errors import Cancelled, ExternalFailure
from heaters.pipeline.chores.round import DAY_S
from heaters.pipeline.chores.running import run_chore
from heaters.pipeline.chores.sweep import run as sweep_leftovers
from heaters.pipeline.tools import Tools
from heaters.repositories.leftovers import LeftoverRepository
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
        is_ours = found.mark == found.mine and found.unmade_video is None
        if not as_json:
            output.say(_words(found))
        if not is_ours:
            if not yes and not typer.confirm("Make it this library's?", err=True):
                raise Cancelled("nothing was changed")
            adopt_store(runtime.database, store)
    if as_json:
        marks = {
            "installation": found.mine.installation,
            "marker": found.mark and found.mark.installation,
        }
        output.print_json(asdict(found) | marks | {"adopted": not is_ours})
    else:
        output.say("nothing to do" if is_ours else f"{found.place} is this library's now")


@app.command()
def sweep(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what no row has named for the retention period.

    However much that is; masters stay.
    """
    with command_runtime(patience_s=None) as runtime:
        tools = Tools(runtime.settings, runtime.database, runtime.store)
        retention_s = runtime.settings.retention_days * DAY_S
        with runtime.database.unit_of_work() as uow:
            due = LeftoverRepository(uow.session).due_count(older_than_s=retention_s)
        if due and not yes and not typer.confirm(f"Delete {due:,} objects?", err=True):
            raise Cancelled("nothing was deleted")
        chore = run_chore(tools, "sweep", work=partial(sweep_leftovers, agreed=due))
    if chore is None:
        raise ExternalFailure("a worker is sweeping at this moment: try again later")
    if chore.error is not None:
        raise ExternalFailure(chore.error)
    result = chore.result or {}
    if as_json:
        output.print_json(result)
    else:
        output.say(f"{result.get('deleted', 0):,} objects deleted")


def _words(found: Ownership) -> str:
    if found.mark == found.mine:
        if found.unmade_video is None:
            return f"{found.place} is this library's already."
        return (
            f"{found.place} holds files of video {found.unmade_video}, which this database has "
            "never made; it seems to be restored from a backup.\n"
            "Once the store is this library's again, new videos get higher ids. Objects that it "
            "does not name are deleted after HEATERS_RETENTION_DAYS, masters never."
        )
    seen = f"{found.seen:,}" if found.seen < 1000 else "at least 1,000"
    owner = (
        f"It is marked as installation {found.mark.installation}'s."
        if found.mark
        else ("No installation has marked it.")
    )
    return (
        f"{found.place} holds {seen} objects: {found.ours} are this library's, "
        f"{found.unknown} look like another's, the rest is none of Heaters'.\n{owner}\n"
        "Once it is this library's, its old owner is refused. Objects of Heaters that this "
        "library does not name are deleted after HEATERS_RETENTION_DAYS, masters never."
    )
