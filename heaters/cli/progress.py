"""Progress on standard error, for people: a spinner and bars that vanish when they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

_err = Console(stderr=True, highlight=False)


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """Give the function that changes the text beside a spinner."""
    with _err.status("") as shown:
        yield lambda step: shown.update(escape(step))


def progress_bars() -> Progress:
    """Return bars that vanish when they are done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )
