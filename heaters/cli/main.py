"""The program ``heaters``: its commands, each loaded only when it is asked for, and how it ends."""

from __future__ import annotations

import logging
import signal
import sys
from importlib import import_module

from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from heaters.cli.output import say_error
from heaters.cli.usage import plain_usage_errors
from heaters.domain.errors import HeatersError, Unexpected

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("serving", "Run everything on this machine, and print the address to open."),
    "web": ("serving", "Serve the pages; workers run elsewhere."),
    "worker": ("working", "Take jobs from the queues until stopped."),
    "migrate": ("serving", "Bring the database to this version's schema."),
    "ingest": ("ingest", "Bring in videos: files, folders of files, or addresses."),
    "wait": ("ingest", "Wait until the pipeline has no work left."),
    "retry": ("ingest", "Try again where the pipeline gave up; all of them or none."),
    "remove": ("ingest", "Remove videos that never got clips, and their files."),
    "videos": ("library", "List the videos."),
    "clips": ("library", "List clips in timeline order: the live ones, or by --state."),
    "collect": ("collect", "Copy the exported clips out, with a manifest.json."),
    "cuts": ("editing", "List and change the cuts of a video."),
    "review": ("editing", "Approve, skip or archive clips, all of them or none."),
    "undo": ("editing", "Undo your last action that is not undone yet."),
    "redo": ("editing", "Redo what you last undid."),
    "similar": ("similar", "List the clips that look most like one clip."),
    "search": ("search", "List the clips that look most like a text says."),
    "check": ("health", "Prove the invariants over the whole database and store."),
    "adopt": ("storekeeping", "Make the object store this library's."),
    "sweep": ("storekeeping", "Delete what no row has named for the retention period."),
    "doctor": ("doctor", "Say what is installed, found and missing."),
    "bench": ("bench", "Run the benchmarks and write docs/benchmarks.md."),
}
"""Every command's module in this package, and the first line of its help."""


class _Program(TyperGroup):
    """The commands; whatever lists them needs no more of them than the table above."""

    def resolve_command(self, ctx, args):
        """Load the command that is to run."""
        name, _, rest = super().resolve_command(ctx, args)
        assert name is not None
        return name, load(name), rest

    def invoke(self, ctx):
        """Run the command; what is wrong with its arguments is told in plain words."""
        with plain_usage_errors():
            return super().invoke(ctx)


def load(name: str):
    """Return a command, its module loaded."""
    module = import_module(f"heaters.cli.{COMMANDS[name][0]}")
    return get_group(module.app).commands[name]


program = _Program(
    name="heaters",
    help="Clip libraries from internet video: ingest, review, export, search.",
    commands={
        name: TyperCommand(name, help=summary, rich_markup_mode=None)
        for name, (_, summary) in COMMANDS.items()
    },
    no_args_is_help=True,
    rich_markup_mode=None,
)


def main() -> None:
    """Run a command; exit 1 and say why in one line where it fails."""
    signal.signal(signal.SIGTERM, _end)
    try:
        program(prog_name="heaters")
    except HeatersError as error:
        say_error(f"{error} ({error.detail})" if error.detail else str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        logging.getLogger(__name__).info("unexpected", exc_info=True)
        say_error(f"{Unexpected(error)} (HEATERS_LOG_LEVEL=info shows where)")
        sys.exit(1)


def _end(_number: int, _frame: object) -> None:
    """End as what runs allows; asking again does not break off what is being given back."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)
