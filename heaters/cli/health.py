"""Commands that look after the library: check, doctor, bench."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, astuple
from pathlib import Path

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, command_runtime
from heaters.config import get_settings
from heaters.doctor import diagnose
from heaters.domain.errors import InvalidConfiguration, InvalidInput
from heaters.services.invariants import check_invariants

_ROOT = Path(__file__).parent.parent.parent


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (check, doctor, bench):
        app.command()(command)


def check(as_json: AsJson = False) -> None:
    """Prove the invariants over the whole database and store; exit 1 where one fails."""
    with (
        command_runtime(patience_s=None) as runtime,
        runtime.database.unit_of_work() as uow,
    ):
        findings = check_invariants(uow, stored=runtime.store.list_objects())
    if as_json:
        output.print_json([asdict(finding) for finding in findings])
    elif findings:
        output.print_table(["rule", "where", "what"], [astuple(finding) for finding in findings])
    if findings:
        raise InvalidInput(f"{len(findings)} findings")
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
