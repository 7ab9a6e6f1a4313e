"""Tables for people, as wide as the terminal: what a command needs next is never cut off."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heaters.cli.output import Column, printable

_UNCUT = 10_000  # columns where no person reads: nothing may be shortened
_ROWS_A_PAGE = 500  # set together; widths only grow from page to page
_GAP = 1


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their headings, a page as soon as its rows are there."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _UNCUT)
    widths = [cell_len(column.name) for column in columns]
    remaining, headed = iter(rows), False
    while (page := _page(remaining)) or not headed:
        for number in range(len(columns)):
            widths[number] = max([widths[number], *(cell_len(row[number]) for row in page)])
        console.print(_table(columns, widths, page, console.width, headed=not headed))
        headed = True


def _page(rows: Iterator[Sequence[object]]) -> list[list[str]]:
    return [
        ["" if cell is None else printable(str(cell)) for cell in row]
        for row in islice(rows, _ROWS_A_PAGE)
    ]


def _table(
    columns: Sequence[Column],
    widths: Sequence[int],
    page: Sequence[Sequence[str]],
    width: int,
    *,
    headed: bool,
) -> Table:
    shown = _shown(columns, widths, width)
    table = Table(box=None, header_style="dim", pad_edge=False, show_header=headed)
    for number in shown:
        column = columns[number]
        table.add_column(
            column.name,
            no_wrap=not column.wraps,
            min_width=_least(column, widths[number]),
            width=widths[number] if column.least is None else None,
        )
    for row in page:
        table.add_row(*(Text(row[number]) for number in shown))
    return table


def _shown(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """Return which columns find room."""
    shown = list(range(len(columns)))

    def needed() -> int:
        return sum(_least(columns[number], widths[number]) + _GAP for number in shown) - _GAP

    for number in reversed(range(len(columns))):
        if needed() > width and columns[number].can_go:
            shown.remove(number)
    return shown


def _least(column: Column, width: int) -> int:
    return width if column.least is None else min(width, column.least)
