"""The program ``heaters``: its commands, and how it ends."""

from __future__ import annotations

import signal
import sys

import typer

from heaters.cli import editing, health, ingest, library, searching, serving
from heaters.cli.output import say_error
from heaters.config import get_settings
from heaters.domain.errors import HeatersError
from heaters.logs import configure_logging

app = typer.Typer(
    name="heaters",
    help="Clip libraries from internet video: ingest, review, export, search.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serving, ingest, library, editing, searching, health):
    module.register(app)


def main() -> None:
    """Run a command; exit 1 and say why in one line where it fails."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        configure_logging(get_settings().log_level)
        app()
    except HeatersError as error:
        say_error(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
