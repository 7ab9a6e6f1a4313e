"""What commands print: data on standard output; progress and errors on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from heaters.domain.names import clean_line

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@dataclass(frozen=True)
class Column:
    """A column and how it gives way where a terminal is narrow.

    Attributes:
        name: its heading.
        least: cells down to which it is shortened before others are left out; None: it is always
            shown whole.
        wraps: its text goes on in further lines, where others are cut off.
        can_go: it is left out before another one suffers; the last such column goes first.
    """

    name: str
    least: int | None = None
    wraps: bool = False
    can_go: bool = False


def say(text: str) -> None:
    """Print a line for a person, on standard error so that standard output stays data."""
    sys.stderr.write(f"{printable(text)}\n")


def say_error(text: str) -> None:
    """Print why a command failed, in one line."""
    coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    name = "\x1b[1;31mheaters:\x1b[0m" if coloured else "heaters:"
    sys.stderr.write(f"{name} {printable(' '.join(text.split()))}\n")


def printable(text: str) -> str:
    """Return the text with nothing in it that moves a cursor, turns a line round or hides.

    Titles and paths come from files of strangers.
    """
    if text.isprintable():
        return text
    return "\n".join(clean_line(line, max_characters=len(line)) for line in text.split("\n"))


def print_json(data: object) -> None:
    """Print JSON on standard output."""
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_json_rows(rows: Iterable[dict[str, Any]]) -> None:
    """Print a JSON list on standard output, each row as soon as it is there."""
    separator = "[\n  "
    for row in rows:
        text = json.dumps(row, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        sys.stdout.write(separator + text)
        separator = ",\n  "
    sys.stdout.write("[]\n" if separator.startswith("[") else "\n]\n")


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done, until the block ends."""
    with ExitStack() as stack:
        showing: list[Callable[[str], None]] = []

        def show(step: str) -> None:
            if not showing and sys.stderr.isatty():
                # Loaded only now: most commands have nothing to wait for.
                from heaters.cli.progress import spinner

                showing.append(stack.enter_context(spinner()))
            for change in showing:
                change(step)

        yield show


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their headings, as they come."""
    # Loaded only now: a command that prints JSON needs no tables.
    from heaters.cli import tables

    tables.print_table(columns, rows)
