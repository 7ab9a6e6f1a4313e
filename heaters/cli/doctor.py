"""The command that says what is missing: doctor."""

from __future__ import annotations

from dataclasses import asdict

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, Column
from heaters.config import get_settings
from heaters.doctor import diagnose
from heaters.domain.errors import InvalidConfiguration
from heaters.logs import configure_logging

app = typer.Typer(rich_markup_mode=None)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, found and missing.

    It says what to do about what is missing, and exits 1 then.
    """
    settings = get_settings()
    configure_logging(settings.log_level)
    checks = diagnose(settings)
    if as_json:
        output.print_json([asdict(check) for check in checks])
    else:
        columns = [Column(""), Column("part"), Column("found", least=20, wraps=True)]
        rows = [("ok" if check.ok else "MISSING", check.part, check.found) for check in checks]
        output.print_table(columns, rows)
    missing = [check for check in checks if not check.ok]
    if missing:
        raise InvalidConfiguration("; ".join(f"{check.part}: {check.found}" for check in missing))
