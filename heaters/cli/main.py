"""The program ``heaters``: its commands, and how it ends."""

from __future__ import annotations

import signal
import sys

import structlog
import typer

from heaters.cli import adopting, editing, health, ingest, library, searching, serving
from heaters.cli.output import say_error
from heaters.config import get_settings
from heaters.domain.errors import HeatersError, Unexpected
from heaters.logs import configure_logging

_log = structlog.get_logger(__name__)

app = typer.Typer(
    name="heaters",
    help="Clip libraries from internet video: ingest, review, export, search.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serving, ingest, library, editing, searching, health, adopting):
    module.register(app)


def main() -> None:
    """Run a command; exit 1 and say why in one line where it fails."""
    signal.signal(signal.SIGTERM, _end)
    try:
        configure_logging(get_settings().log_level)
        app()
    except HeatersError as error:
        say_error(f"{error} ({error.detail})" if error.detail else str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - people get one line; whoever looks for more gets it
        _log.info("unexpected", exc_info=True)
        say_error(f"{Unexpected(error)} (HEATERS_LOG_LEVEL=info shows where)")
        sys.exit(1)


def _end(_number: int, _frame: object) -> None:
    """End as what runs allows; asking again does not break off what is being given back."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)
