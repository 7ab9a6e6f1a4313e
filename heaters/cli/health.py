"""The command that proves the library whole: check."""

from __future__ import annotations

import threading
from dataclasses import asdict, astuple

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, Column
from heaters.cli.running import command_runtime
from heaters.domain.errors import InvalidInput
from heaters.services.invariants import Verification, verify

app = typer.Typer(rich_markup_mode=None)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Prove the invariants over the whole database and store.

    Exit 1 where one fails.
    """
    found = Verification()
    with (
        command_runtime(patience_s=None) as runtime,
        output.status() as show,
    ):
        show("checking the rows")
        steps = verify(
            runtime.database, runtime.store, found, record=False, stopped=threading.Event()
        )
        for _ in steps:
            if found.objects:
                show(f"comparing the store with the rows: {found.objects:,} files")
    findings = found.list_findings()
    if as_json:
        output.print_json([asdict(finding) for finding in findings])
    elif findings:
        columns = [Column("rule", least=20), Column("where"), Column("what", least=20, wraps=True)]
        output.print_table(columns, [astuple(finding) for finding in findings])
    if found.leftovers or found.masters:
        output.say(
            f"{found.leftovers:,} files ({found.leftover_bytes / 1e9:,.1f} GB) are named by no row "
            f"and will be deleted in time; {found.masters:,} such masters are kept"
        )
    if findings:
        raise InvalidInput(f"{found.finding_count:,} findings")
    output.say("every invariant holds")
