"""Commands that look after the library: check, doctor, bench."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import asdict, astuple
from pathlib import Path

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, command_runtime
from heaters.config import get_settings
from heaters.doctor import diagnose
from heaters.domain.errors import InvalidConfiguration, InvalidInput
from heaters.services.invariants import Verification, verify

_ROOT = Path(__file__).parent.parent.parent


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (check, doctor, bench):
        app.command()(command)


def check(as_json: AsJson = False) -> None:
    """Prove the invariants over the whole database and store; exit 1 where one fails."""
    found = Verification()
    with (
        command_runtime(patience_s=None) as runtime,
        output.status("checking the rows") as show,
    ):
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
        output.print_table(["rule", "where", "what"], [astuple(finding) for finding in findings])
    if found.leftovers or found.masters:
        output.say(
            f"{found.leftovers:,} files ({found.leftover_bytes / 1e9:,.1f} GB) are named by no row "
            f"and will be deleted in time; {found.masters:,} such masters are kept"
        )
    if findings:
        raise InvalidInput(f"{found.finding_count:,} findings")
    output.say("every invariant holds")


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, found and missing, and what to do about it."""
    checks = diagnose(get_settings())
    if as_json:
        output.print_json([asdict(check) for check in checks])
    else:
        output.print_table(
            ["", "part", "found"],
            [("ok" if check.ok else "MISSING", check.part, check.found) for check in checks],
        )
    missing = [check for check in checks if not check.ok]
    if missing:
        raise InvalidConfiguration("; ".join(f"{check.part}: {check.found}" for check in missing))


def bench() -> None:
    """Run the benchmarks and write docs/benchmarks.md."""
    raise typer.Exit(subprocess.call([sys.executable, "-m", "benchmarks"], cwd=_ROOT))
